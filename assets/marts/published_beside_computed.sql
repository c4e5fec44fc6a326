-- Published values beside what the same release derives (twin), counts from the registers (records), or finds by adding up: by how much they
-- differ, and whether the printed precision allows it.
select
    r.identity_id, r.indicator_id, i.title_zh, i.title_en, r.ref_area, r.ip_type, r.owner_kind, r.industry, r.technology, r.counterpart_area, r.freq,
    r.time_period, r.accumulation, r.published_value / i.display_factor as published_shown, r.implied_value / i.display_factor as computed_shown,
    i.unit_zh, i.unit_en, (r.implied_value - r.published_value) / nullif(abs(r.published_value), 0) * 100 as computed_off_percent, r.verdict,
    r.parts_found, r.parts_expected, r.note
from reconciliations r
join indicators i using (indicator_id)
order by r.identity_id, r.indicator_id, r.ref_area, r.time_period desc
