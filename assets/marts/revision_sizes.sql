-- How large revisions are, by indicator and kind: `refined` is the same figure printed more exactly or by a better source, `revised` a new one,
-- `withdrawn` one whose delivery was taken back; sizes are of those that another value replaced.
select
    r.indicator_id, i.title_zh, i.title_en, r.kind, count(*) as revisions_count, min(r.time_period) as first_period, max(r.time_period) as last_period,
    avg(r.revision) / i.display_factor as mean_revision_shown, avg(abs(r.revision)) / i.display_factor as mean_absolute_revision_shown, i.unit_zh,
    i.unit_en, avg(abs(r.revision_percent)) as mean_absolute_revision_percent, max(abs(r.revision_percent)) as largest_revision_percent,
    string_agg(distinct r.cause, '; ' order by r.cause) as cause
from revisions r
join indicators i using (indicator_id)
group by r.indicator_id, i.title_zh, i.title_en, r.kind, i.display_factor, i.unit_zh, i.unit_en
order by r.kind desc, r.indicator_id
