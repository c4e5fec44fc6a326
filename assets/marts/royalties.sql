-- Charges for the use of intellectual property: trade in both directions, exports and imports, in yuan and in US dollars, as published.
select
    time_period, freq, accumulation, period_end,
    max(value) filter (indicator_id = 'ip_royalty_trade_total') / 1e8 as trade_cny_100m,
    max(value) filter (indicator_id = 'ip_royalty_trade_growth') as trade_growth_percent,
    max(value) filter (indicator_id = 'ip_royalty_exports') / 1e8 as exports_cny_100m,
    max(value) filter (indicator_id = 'ip_royalty_exports_growth') as exports_growth_percent,
    max(value) filter (indicator_id = 'ip_royalties_imports') / 1e8 as imports_cny_100m,
    max(value) filter (indicator_id = 'ip_royalty_trade_total_usd') / 1e8 as trade_usd_100m,
    max(value) filter (indicator_id = 'ip_royalty_exports_usd') / 1e8 as exports_usd_100m,
    max(value) filter (indicator_id = 'ip_royalties_imports_usd') / 1e8 as imports_usd_100m
from observations
where ref_area = 'CN' and industry = '_T' and counterpart_area = '_T' and basis = 'published' and indicator_id in ('ip_royalty_trade_total',
    'ip_royalty_trade_growth', 'ip_royalty_exports', 'ip_royalty_exports_growth', 'ip_royalties_imports', 'ip_royalty_trade_total_usd',
    'ip_royalty_exports_usd', 'ip_royalties_imports_usd')
group by all
order by period_end desc, freq
