-- The guideline row by row: which indicators cover it, how many values they have, or why it is not measured.
select
    g.row_id, g.paragraph, g.quote_zh, g.title_en, g.pipeline_scope, g.responsible_zh, g.covered_by,
    (select coalesce(sum(i.observations_count), 0)::bigint from indicators i where list_contains(string_split(g.covered_by, '|'), i.indicator_id)) as observations_count,
    g.not_measured_zh, g.not_measured_en
from guideline_items g
order by g.row_id
