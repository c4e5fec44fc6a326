-- What became known in the twelve months up to the latest day of publication, newest first: new values, and values that took the place
-- of an earlier one, with that one beside it.
select
    v.released_on, v.released_basis, v.indicator_id, i.title_zh, i.title_en, v.ref_area, v.ip_type, v.owner_kind, v.industry, v.technology, v.counterpart_area,
    v.freq, v.time_period, v.accumulation, v.basis, v.value / i.display_factor as value_shown, v.before / i.display_factor as before_shown, i.unit_zh,
    i.unit_en,
    case when v.before is null then 'new' when v.before = v.value then 'restated' else 'revised' end as news,
    v.publisher, v.source_title
from (
    select *, lag(value) over (partition by indicator_id, ref_area, ip_type, owner_kind, industry, technology, counterpart_area, freq,
        time_period, accumulation, basis order by released_on) as before
    from vintages
    where superseded_on is distinct from released_on  -- a source that never was the preferred one is no news
) v
join indicators i using (indicator_id)
where v.released_on > (select max(released_on) from vintages) - interval 1 year
order by v.released_on desc, v.indicator_id, v.ref_area, v.time_period desc
