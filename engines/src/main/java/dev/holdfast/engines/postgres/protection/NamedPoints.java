package dev.holdfast.engines.postgres.protection;

import dev.holdfast.engines.postgres.protection.PgBackRest.Place;
import dev.holdfast.problem.Code;
import dev.holdfast.problem.HoldfastException;
import dev.holdfast.problem.Problem;
import dev.holdfast.secret.Redacted;
import dev.holdfast.text.Json;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/** Moments that somebody gave a name; each is a note beside the backups, for the archive itself cannot be asked for them. */
record NamedPoints(PgBackRest programs, Place place) {
    private static final String POINTS = "holdfast/points/";
    private static final Pattern POINT = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,39}");

    void name(String point) throws InterruptedException {
        if (!POINT.matcher(point).matches()) {
            throw new HoldfastException(Problem.of(
                    Code.HF3627,
                    "'" + point + "' cannot be the name of a point",
                    "Choose at most 40 letters, digits, '.', '_' and '-'."));
        }
        if (all().stream().anyMatch(named -> named.name().equals(point))) {
            throw new HoldfastException(Problem.of(
                    Code.HF3627,
                    "a point of " + place.name() + " is called '" + point + "' already",
                    "Choose another name: which of the two a restore should mean could not be told."));
        }
        LedgerSession.Mark mark =
                LedgerSession.point(place.service(), place.bench().context(), "holdfast/" + point);
        ArchiverSession.State now =
                ArchiverSession.ask(place.service(), place.bench().context());
        programs.put(
                place,
                POINTS + place.repository().stanza() + "/" + point + ".json",
                new Redacted(Json.object()
                        .put("name", point)
                        .put("position", mark.position())
                        .put("timeline", mark.timeline())
                        .put("moment", now.asked().toString())
                        .build()
                        .compact()));
    }

    List<Restores.Named> all() throws InterruptedException {
        List<Restores.Named> names = new ArrayList<>();
        for (Json point : programs.notes(place, POINTS + place.repository().stanza())) {
            names.add(new Restores.Named(
                    point.textAt("name").orElse(""),
                    point.textAt("position").orElse(""),
                    point.longAt("timeline").map(Long::intValue),
                    point.textAt("moment").map(Instant::parse).orElse(Instant.EPOCH)));
        }
        return names;
    }
}
