-- The provinces ranked by the latest published value of each indicator, beside the year before. Of counts also the share in the sum of
-- the provinces that have a value, which may be fewer than 31 (see provinces_counted); a single province is no ranking.
with ranked as (
    select
        o.*, a.name_zh, a.name_en, rank() over same_cells as place, count(*) over same_cells_all as provinces_counted,
        sum(o.value) over same_cells_all as sum_of_provinces
    from observations o
    join areas a on a.area_code = o.ref_area and a.level = 'province'
    where o.basis = 'published'
    window
        same_cells as (partition by o.indicator_id, o.ip_type, o.owner_kind, o.industry, o.technology, o.counterpart_area, o.freq, o.time_period,
            o.accumulation order by o.value desc),
        same_cells_all as (partition by o.indicator_id, o.ip_type, o.owner_kind, o.industry, o.technology, o.counterpart_area, o.freq,
            o.time_period, o.accumulation)
)
select
    r.indicator_id, i.title_zh, i.title_en, r.ip_type, r.owner_kind, r.industry, r.technology, r.counterpart_area, r.freq, r.time_period,
    r.accumulation, r.place, r.ref_area, r.name_zh, r.name_en, r.value / i.display_factor as value_shown, i.unit_zh, i.unit_en,
    case when i.nature <> 'rate' then r.value / nullif(r.sum_of_provinces, 0) * 100 end as share_of_provinces_percent, r.provinces_counted,
    y.value / i.display_factor as year_before_shown, y.place as place_year_before
from ranked r
join indicators i using (indicator_id)
left join ranked y on y.indicator_id = r.indicator_id and y.ip_type = r.ip_type and y.owner_kind = r.owner_kind and y.industry = r.industry
    and y.technology = r.technology and y.counterpart_area = r.counterpart_area and y.freq = r.freq and y.accumulation = r.accumulation
    and y.ref_area = r.ref_area and y.time_period = (left(r.time_period, 4)::integer - 1) || substr(r.time_period, 5)
where r.provinces_counted > 1
qualify rank() over (
    partition by r.indicator_id, r.ip_type, r.owner_kind, r.industry, r.technology, r.counterpart_area, r.freq, r.accumulation
    order by r.period_end desc) = 1
order by r.indicator_id, r.freq, r.accumulation, r.owner_kind, r.place, r.ref_area
