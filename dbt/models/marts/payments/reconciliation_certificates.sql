-- Every krona of a file has a home: on an item, parked under a reason, or back at the
-- payer. What is left of a payment without a deviation is money without a home. A
-- certificate says what is known now, whatever day the build is as of.
with payments as (
    select * from {{ ref('stg_books__payments') }}
),

returns as (
    select * from {{ ref('stg_books__payment_returns') }}
),

files as (
    select * from {{ ref('stg_books__files') }}
),

allocated as (
    select
        source_id as payment_id,
        sum(amount_minor) as matched_minor
    from {{ ref('stg_books__allocations') }}
    where source_kind = 'payment'
    group by source_id
),

explained as (
    select distinct payment_id
    from {{ ref('stg_books__deviations') }}
),

payments_placed as (
    select
        payments.*,
        coalesce(allocated.matched_minor, 0) as matched_minor,
        case when returns.payment_id is not null then payments.amount_minor else 0 end
            as refunded_minor,
        case
            when returns.payment_id is not null then 0
            when explained.payment_id is not null
                then payments.amount_minor - coalesce(allocated.matched_minor, 0)
            else 0
        end as parked_minor
    from payments
    left join returns on payments.payment_id = returns.payment_id
    left join allocated on payments.payment_id = allocated.payment_id
    left join explained on payments.payment_id = explained.payment_id
),

certified as (
    select
        file_sha256,
        legal_entity,
        currency,
        booked_on,
        cast(sum(amount_minor) as bigint) as total_minor,
        cast(sum(matched_minor) as bigint) as matched_minor,
        cast(sum(parked_minor) as bigint) as parked_minor,
        cast(sum(refunded_minor) as bigint) as refunded_minor,
        count(*) as payment_count
    from payments_placed
    group by file_sha256, legal_entity, currency, booked_on
),

reconciliation_certificates as (
    select
        certified.legal_entity,
        files.file_name,
        files.file_kind,
        certified.currency,
        certified.payment_count,
        certified.total_minor,
        certified.matched_minor,
        certified.parked_minor,
        certified.refunded_minor,
        certified.booked_on,
        coalesce(certified.file_sha256, 'without file') as file_sha256
    from certified
    left join files on certified.file_sha256 = files.sha256
)

select * from reconciliation_certificates
