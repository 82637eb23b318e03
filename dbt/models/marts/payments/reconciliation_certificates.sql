-- Every krona of a file has a home: on an item, parked under a reason, or back at the
-- payer. What is left of a payment without a deviation is money without a home.
with payments as (
    select * from {{ ref('payments') }}
),

explained as (
    select distinct payment_id
    from {{ ref('deviations') }}
),

files as (
    select * from {{ ref('stg_books__files') }}
),

payments_placed as (
    select
        payments.*,
        case
            when explained.payment_id is not null then payments.unallocated_minor else 0
        end as parked_minor
    from payments
    left join explained on payments.payment_id = explained.payment_id
),

certified as (
    select
        file_sha256,
        legal_entity,
        currency,
        cast(sum(amount_minor) as bigint) as total_minor,
        cast(sum(
            allocated_minor
        ) as bigint) as matched_minor,
        cast(sum(parked_minor) as bigint) as parked_minor,
        cast(sum(returned_minor) as bigint) as refunded_minor,
        booked_on,
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
