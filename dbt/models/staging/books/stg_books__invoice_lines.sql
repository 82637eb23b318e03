with source as (
    select * from {{ source('books', 'invoice_lines') }}
),

renamed as (
    select
        invoice_id,
        subscription_id,
        plan_id,
        product_id,
        campaign_id,
        source_id,
        seq,
        command_id,
        kind as line_kind,
        item,
        vat_category,
        text as line_text,
        bundle,
        recognised,
        amends_line,
        actor,
        n as line_number,
        price_version,
        quantity,
        full_minor,
        list_minor,
        vat_rate,
        amount_minor,
        net_minor,
        vat_minor,
        revision,
        price_includes_vat,
        cycle_from,
        cycle_to,
        period_from,
        period_to,
        recorded_at
    from source
    where {{ known() }}
)

select * from renamed
