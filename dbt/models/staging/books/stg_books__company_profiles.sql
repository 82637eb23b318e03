with source as (
    select * from {{ source('books', 'company_profiles') }}
),

renamed as (
    select
        legal_entity,
        seq,
        command_id,
        name as company_name,
        organisation_number,
        vat_number,
        bankgiro,
        iban,
        address_line,
        postal_code,
        city,
        country,
        email,
        currency,
        policies as policies_json,
        actor,
        effective_on,
        recorded_at
    from source
    where {{ known() }}
)

select * from renamed
