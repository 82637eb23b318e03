with events as (
    select * from {{ ref('stg_books__mandates') }}
),

mandates as (
    select
        mandate_id,
        any_value(customer_id) as customer_id,
        any_value(scheme) as scheme,
        any_value(payer_number) as payer_number,
        max_by(mandate_event, (effective_on, seq)) as mandate_state,
        arg_max_null(reason, (effective_on, seq)) as reason,
        min(effective_on) as requested_on,
        max(effective_on) as state_since
    from events
    where effective_on <= {{ as_of() }}
    group by mandate_id
)

select * from mandates
