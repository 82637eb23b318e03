with source as (
    select * from {{ source('books', 'file_findings') }}
),

renamed as (
    select
        sha256,
        seq,
        command_id,
        severity,
        field as field_name,
        message as finding_text,
        remedy,
        record as record_text,
        actor,
        n as finding_number,
        line as file_line,
        recorded_at
    from source
    where {{ known() }}
)

select * from renamed
