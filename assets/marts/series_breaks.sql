-- The breaks by series: from which day an indicator counts something else, or otherwise, and why. Values on both sides do not compare.
select
    i.indicator_id, i.title_zh, i.title_en, b.break_id, b.starts_on, b.areas_concerned, b.note_zh, b.note_en, b.source, i.first_period, i.last_period
from breaks b
join indicators i on len(list_filter(
    string_split(b.series, ' '), pattern -> pattern = i.indicator_id
        or (ends_with(pattern, '*') and starts_with(i.indicator_id, rtrim(pattern, '*'))))) > 0
order by i.indicator_id, b.starts_on
