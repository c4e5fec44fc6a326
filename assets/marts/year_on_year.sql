-- Growth of anything: every value beside that of a year before, both as they stand now. No change is given across a break in the series or
-- to the year of a census from one before it, and no growth of a rate; growth that was published has its own indicator.
select
    o.indicator_id, i.title_zh, i.title_en, o.ref_area, o.ip_type, o.owner_kind, o.industry, o.technology, o.counterpart_area, o.freq,
    o.time_period, o.accumulation, o.basis, o.value / i.display_factor as value_shown, y.value / i.display_factor as year_before_shown,
    i.unit_zh, i.unit_en,
    case when o.break_id is null and not (o.stage = 'census' and y.stage <> 'census') then (o.value - y.value) / i.display_factor end as change_on_year_shown,
    case when o.break_id is null and not (o.stage = 'census' and y.stage <> 'census') and i.nature <> 'rate' and y.value > 0 then (o.value / y.value - 1) * 100 end as change_on_year_percent,
    o.break_id
from (
    select *, (
        select string_agg(b.break_id, ' ' order by b.break_id)
        from series_breaks b
        where b.indicator_id = observations.indicator_id and b.starts_on <= observations.period_end
            and b.starts_on > observations.period_end - interval 1 year
            and (b.areas_concerned = 'all' or (b.areas_concerned = 'national') = (observations.ref_area = 'CN'))) as break_id
    from observations
) o
join observations y on y.indicator_id = o.indicator_id and y.ref_area = o.ref_area and y.ip_type = o.ip_type and y.owner_kind = o.owner_kind
    and y.industry = o.industry and y.technology = o.technology and y.counterpart_area = o.counterpart_area and y.freq = o.freq
    and y.accumulation = o.accumulation and y.basis = o.basis
    and y.time_period = (left(o.time_period, 4)::integer - 1) || substr(o.time_period, 5)
join indicators i on i.indicator_id = o.indicator_id
where not contains(i.formula, '[t-1 year]')
order by o.indicator_id, o.ref_area, o.period_end desc
