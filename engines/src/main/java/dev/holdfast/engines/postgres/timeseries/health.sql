SELECT (SELECT string_agg(format('aggregate %s was last brought up to date %s s ago and should be every %s s', a.name,
               extract(epoch FROM now() - coalesce(a.refreshed_at, a.made_at))::bigint, extract(epoch FROM a.every)::bigint), ', ' ORDER BY a.name)
          FROM holdfast_series.aggregates a
         WHERE a.fill <> '' AND coalesce(a.refreshed_at, a.made_at) < now() - (a.every * 3 + interval '2 min')) AS late,
       (SELECT string_agg(format('nobody could see to the chunks of %s for %s s (%s)', t.name,
               extract(epoch FROM now() - coalesce(t.kept_at, t.made_at))::bigint, coalesce(t.trouble, 'no run of it ended')), ', ' ORDER BY t.name)
          FROM holdfast_series.tables t
         WHERE coalesce(t.kept_at, t.made_at) < now() - interval '30 min') AS left_alone
