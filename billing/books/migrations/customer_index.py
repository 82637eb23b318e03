"""What customers are found by, and which of them are one after merges."""

# Letters are compared without case and marks: Öberg is found as oberg. The server may
# have any locale, so the letters are named.
MARKED = "ÅÄÆÁÀÂÃåäæáàâãÖØÓÒÔÕöøóòôõÉÈÊËéèêëÜÚÙÛüúùûÍÌÎÏíìîïÑñÇçÝý"
PLAIN = "aaaaaaaaaaaaaaooooooooooooeeeeeeeeuuuuuuuuiiiiiiiinnccyy"

FUNCTIONS = f"""
create function books.folded(said text) returns text language sql immutable
parallel safe return lower(translate(said, '{MARKED}', '{PLAIN}'));

create function books.words_of(said text) returns text[] language sql immutable
parallel safe return string_to_array(trim(regexp_replace(
    books.folded(said), '[][ .,;/&()"''+_-]+', ' ', 'g')), ' ');

create function books.telephone(said text) returns text language sql immutable
parallel safe return nullif(right(regexp_replace(said, '[^0-9]', '', 'g'), 8), '');
"""

# State that can be rebuilt: what a customer is found by, as it was recorded last. Words
# are kept apart so that a misspelt one is looked for among words, not among customers;
# nothing makes them unique, so that nobody waits for another's transaction.
TABLES = """
create table books.customer_index (
    customer_id text primary key, name text not null, email text, phone text,
    postal_code text, house text, likeness text not null, words tsvector not null);
create table books.customer_words (word text not null);
"""

INDEXED = """
    insert into customer_index
    select distinct on (customer_id) customer_id,
        array_to_string(words_of(name), ' '), lower(email),
        telephone(phone), regexp_replace(postal_code, '[^0-9A-Za-z]', '', 'g'),
        (regexp_match(address_line, '[0-9]+'))[1],
        array_to_string(words_of(concat_ws(' ', name, address_line)), ' '),
        array_to_tsvector(words_of(name))
    from customer_details
    where customer_id in (select customer_id from fresh)
    order by customer_id, effective_on desc, seq desc
    on conflict (customer_id) do update set name = excluded.name,
        email = excluded.email, phone = excluded.phone,
        postal_code = excluded.postal_code, house = excluded.house,
        likeness = excluded.likeness, words = excluded.words;
    insert into customer_words
    select distinct said.word from fresh
    cross join lateral unnest(words_of(name)) as said (word)
    where said.word !~ '[0-9]' and length(said.word) > 1 and not exists (
        select from customer_words as known where known.word = said.word);
"""

TRIGGER = f"""
create function books.index_customers() returns trigger language plpgsql
security definer set search_path = books, public as $$ begin
    {INDEXED}
    return null;
end $$;
create trigger index_customers after insert on books.customer_details
    referencing new table as fresh
    for each statement execute function books.index_customers();
"""

INDEXES = """
create index on books.customer_index (customer_id text_pattern_ops);
create index on books.customer_index (email text_pattern_ops);
create index on books.customer_index (phone);
create index on books.customer_index (postal_code, house);
create index on books.customer_index (name);
create index on books.customer_index using gin (words);
create index on books.customer_words (word);
create index on books.customer_words using gist (word gist_trgm_ops);
create index on books.invoices (number);
create index on books.payments (bank_reference);
grant select on books.customer_index, books.customer_words to saldo_app, saldo_reader;
"""

FILLED = f"""
do $$ begin
    perform set_config('search_path', 'books, public', true);
    create temp table fresh on commit drop as select * from customer_details;
    {INDEXED}
    drop table fresh;
    perform set_config('search_path', '"$user", public', true);
end $$;
"""

# Who is one customer with whom, after merges that nobody has taken back.
STANDING = """
create view books.merges_standing as
select merge_id, kept_id, merged_id, reason, effective_on from books.customer_merges
where not exists (select from books.customer_splits
                  where customer_splits.merge_id = customer_merges.merge_id);

create function books.customers_of(who text) returns text[] language sql stable
return array(select who
    union select merged_id from books.merges_standing where kept_id = who);
"""

SEARCH = (FUNCTIONS, TABLES, FILLED, TRIGGER, INDEXES, STANDING)
