-- Where a number stands: every source that printed it or was counted, the preferred one and the others, with the file, its sha256 and the
-- place in it. What a derived number rests on is in table lineage; `ipmon trace` follows it.
select
    v.indicator_id, v.ref_area, v.ip_type, v.owner_kind, v.industry, v.technology, v.counterpart_area, v.freq, v.time_period, v.accumulation,
    v.value / i.display_factor as value_shown, i.unit_zh, i.unit_en, v.basis, v.quality, v.superseded_on is null as is_current,
    v.superseded_on is distinct from v.released_on as was_preferred, v.released_on, v.publisher, v.source_title, v.source_url, d.file_name,
    d.sha256, v.locator
from vintages v
join indicators i using (indicator_id)
left join deliveries d using (delivery_id)
where v.basis <> 'derived'
order by v.indicator_id, v.ref_area, v.time_period desc, is_current desc, v.released_on
