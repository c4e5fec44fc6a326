-- PCT applications received, by area and origin of the applicant. Domestic includes Hong Kong, Macao and Taiwan.
select
    o.time_period, o.freq, o.accumulation, o.period_end, o.ref_area, a.name_zh, a.name_en, a.level, a.is_of_which,
    max(o.value) filter (o.counterpart_area = '_T') as pct_applications,
    max(o.value) filter (o.counterpart_area = 'DOM') as pct_applications_domestic,
    max(o.value) filter (o.counterpart_area = 'FOR') as pct_applications_foreign
from observations o
join areas a on a.area_code = o.ref_area
where o.indicator_id = 'pct_applications_received' and o.basis = 'published'
group by all
order by o.period_end desc, o.freq, o.accumulation, o.ref_area
