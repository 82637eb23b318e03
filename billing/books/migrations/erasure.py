"""Forgetting a person is the one change of what has been recorded."""

# The one change that the books allow: an erasure that is being recorded forgets what is
# personal of its customer, in this transaction. The application may append an erasure;
# it may not update anything.
ERASURE = """
create or replace function books.refuse() returns trigger language plpgsql as $$ begin
    if tg_op = 'UPDATE'
        and current_setting('saldo.erasing', true) = pg_current_xact_id()::text then
        return new;
    end if;
    raise exception 'append-only: % on % is refused', tg_op, tg_table_name
        using errcode = '42501';
end $$;

create function books.erase_person() returns trigger language plpgsql
security definer set search_path = books, public as $$
declare
    who text := new.customer_id;
    agreed text[] := array(select subscription_id from subscriptions
        where who in (customer_id, payer_id, recipient_id, giver_id));
    paid text[] := array(select source_id from allocations
        inner join open_items using (item_id)
        where customer_id = who and source_kind = 'payment');
    told uuid[] := array(
        select command_id from customer_details where customer_id = who
        union select command_id from temporary_addresses where customer_id = who
        union select command_id from customer_merges where who in (kept_id, merged_id)
        union select command_id from identity_reveals where customer_id = who
        union select command_id from quotes where customer_id = who
        union select command_id from quote_steps
            where quote_id in (select quote_id from quotes where customer_id = who)
        union select command_id from subscription_changes
            where subscription_id = any(agreed)
        union select deviation_notes.command_id from deviation_notes inner join deviations
            using (deviation_id) where payment_id = any(paid)
        union select deviation_settlements.command_id from deviation_settlements inner join deviations
            using (deviation_id) where payment_id = any(paid));
    reached text[] := array(
        select distinct '%' || value || '%' from customer_details
        cross join unnest(array[email, phone]) as value
        where customer_id = who and length(value) > 5);
begin
    perform set_config('saldo.erasing', pg_current_xact_id()::text, true);
    update customers set identity_scheme = null, identity_number = null,
        identity_hash = null, identity_sealed = null, identity_shown = null
    where customer_id = who;
    update customer_details set email = null, phone = null, gln = null
    where customer_id = who;
    update temporary_addresses set address_line = '', postal_code = '', city = ''
    where customer_id = who;
    update mandates set payer_number = 'erased ' || mandate_id, bank_account = null
    where customer_id = who;
    update payments set payer_name = null, payer_account = null
    where payment_id = any(paid);
    update deviation_notes set note = '' from deviations
    where deviations.deviation_id = deviation_notes.deviation_id
        and payment_id = any(paid);
    update deviation_settlements set note = '' from deviations
    where deviations.deviation_id = deviation_settlements.deviation_id
        and payment_id = any(paid);
    update subscription_changes set reason = null
    where subscription_id = any(agreed) and reason is not null;
    update customer_merges set reason = '' where who in (kept_id, merged_id);
    update customer_splits set reason = '' from customer_merges
    where customer_merges.merge_id = customer_splits.merge_id
        and who in (kept_id, merged_id);
    update identity_reveals set reason = '' where customer_id = who;
    update quote_steps set evidence = '' where quote_id in
        (select quote_id from quotes where customer_id = who);
    update file_findings set record = null where record like any(reached);
    update commands set payload = payload - array['details', 'reason', 'note',
        'evidence', 'address_line', 'postal_code', 'city']
    where command_id = any(told);
    if new.kept_until is null then
        update customer_details set name = 'Raderad', vat_number = null,
            address_line = null, postal_code = null, city = null
        where customer_id = who;
    end if;
    perform set_config('saldo.erasing', '', true);
    perform forget_in_index(who, name) from customer_details as latest
    where customer_id = who order by effective_on desc, seq desc limit 1;
    return null;
end $$;

create function books.forget_in_index(who text, standing_name text) returns void
language plpgsql set search_path = books, public as $$
declare
    before text[] := array(select unnest(tsvector_to_array(words))
        from customer_index where customer_id = who);
begin
    update customer_index set email = null, phone = null where customer_id = who;
    if standing_name = 'Raderad' then
        update customer_index set name = 'raderad', postal_code = null, house = null,
            likeness = 'raderad', words = array_to_tsvector(array['raderad'])
        where customer_id = who;
        delete from customer_words where word = any(before) and not exists (
            select from customer_index
            where words @@ plainto_tsquery('simple', word));
    end if;
end $$;
revoke execute on function books.forget_in_index from public;

create trigger erase_person after insert on books.erasures
    for each row execute function books.erase_person();
"""
