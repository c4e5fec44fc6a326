-- Where published figures contradict each other or what follows from them.
select
    r.identity_id, r.indicator_id, i.title_zh, i.title_en, r.ref_area, r.counterpart_area, r.industry, r.time_period, r.accumulation,
    r.published_value, r.implied_value, r.published_value - r.implied_value as gap, r.unit, r.parts_found, r.parts_expected, r.note
from reconciliations r
join indicators i using (indicator_id)
where r.verdict = 'contradicts'
order by r.identity_id, r.indicator_id, r.time_period, r.ref_area
