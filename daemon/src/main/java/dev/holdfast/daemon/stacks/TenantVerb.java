package dev.holdfast.daemon.stacks;

import dev.holdfast.engine.Bench;
import dev.holdfast.engine.Bound;
import dev.holdfast.engine.Tenancy;
import dev.holdfast.engine.Tenancy.At;
import dev.holdfast.engine.Tenancy.Part;
import dev.holdfast.engine.Tenancy.Shown;
import dev.holdfast.engine.Tenancy.Size;
import dev.holdfast.engine.Tenancy.Tenant;
import dev.holdfast.engine.Tenancy.Which;
import dev.holdfast.problem.Code;
import dev.holdfast.problem.HoldfastException;
import dev.holdfast.problem.Problem;
import dev.holdfast.stack.Service;
import dev.holdfast.text.Json;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Everything that is done with single tenants of a database. */
final class TenantVerb implements Verb {
    private static final int LONGEST_NAME = 120;

    @Override
    public String name() {
        return "tenant";
    }

    @Override
    public Set<String> keys() {
        return Set.of("action", "database", "names", "tenant", "keyed", "sized", "file", "to", "approve", "archive");
    }

    /** Tenants come and go while the stack is what its file says, so nobody has to wait for anybody. */
    @Override
    public boolean isExclusive(Json body) {
        return false;
    }

    @Override
    public Json run(Asked asked) {
        return run(asked, asked.bound());
    }

    private static <S extends Record> Json run(Asked asked, Bound<S> bound) {
        Tenancy<S> tenancy = bound.engine().schema().orRefuse().tenancy().orRefuse();
        Json body = asked.body();
        Bench bench = asked.bench();
        At<S> at = new At<>(bound.service(), body.textAt("database"));
        String action = body.textAt("action").orElse("");
        return switch (action) {
            case "create" -> created(tenancy.create(at, names(body), bench));
            case "list" ->
                Json.object()
                        .put("tenants", tenants(tenancy.list(at, body.isAt("sized"), bench)))
                        .build();
            case "show" -> shown(tenancy.show(at, which(body), bench)).build();
            case "export" -> archived(tenancy.export(at, which(body), file(asked, at, word(body)), bench));
            case "import" ->
                shown(tenancy.bring(at, file(asked, at, ""), bench)).build();
            case "move" -> moved(asked, bound, tenancy, at);
            case "drop" -> dropped(asked, tenancy, at);
            default ->
                throw new HoldfastException(Problem.of(
                        Code.HF3601,
                        "'" + action + "' is nothing that is done with tenants",
                        "Ask for create, list, show, export, import, move or drop."));
        };
    }

    private static <S extends Record> Json moved(Asked asked, Bound<S> bound, Tenancy<S> tenancy, At<S> at) {
        String to = asked.body().textAt("to").orElse("");
        int slash = to.indexOf('/');
        String name = slash < 0 ? to : to.substring(0, slash);
        Service<S> other = Optional.<Service<?>>ofNullable(
                        asked.live().stack().services().get(name))
                .flatMap(bound::alike)
                .orElseThrow(() -> WhyReport.noService(asked.live().stack().name(), name));
        At<S> target = new At<>(other, slash < 0 ? Optional.empty() : Optional.of(to.substring(slash + 1)));
        Which which = which(asked.body());
        // it may have left in an earlier attempt: then there is nothing left to approve
        boolean gone = asked.body()
                .textAt("approve")
                .filter(approved -> approved.equals(which.word())
                        || tenancy.list(at, false, asked.bench()).stream()
                                .anyMatch(one -> one.key().equals(which.word())
                                        && one.name().equals(approved)))
                .isPresent();
        Tenancy.Moved moved = tenancy.move(at, target, which, gone, asked.bench());
        return Json.object()
                .put("tenant", tenant(moved.tenant()))
                .put("copied", moved.isCopied())
                .put("gone", moved.isGone())
                .build();
    }

    private static <S extends Record> Json dropped(Asked asked, Tenancy<S> tenancy, At<S> at) {
        Json body = asked.body();
        Shown there = tenancy.show(at, which(body), asked.bench());
        Tenant one = there.tenant();
        if (body.textAt("approve")
                .filter(word -> word.equals(one.name()) || word.equals(one.key()))
                .isEmpty()) {
            long rows = there.tables().stream()
                    .mapToLong(part -> part.size().rows())
                    .sum();
            throw new HoldfastException(Problem.of(
                    Code.HF3603,
                    "dropping tenant '" + one.name() + "' of " + at.service().name() + "/" + there.database()
                            + " removes " + rows + " rows and was not approved",
                    "If that is meant, run the command with --approve '" + one.name() + "'."));
        }
        Json.Builder result = Json.object();
        Optional<Path> archive = body.isAt("archive") ? Optional.of(file(asked, at, one.key())) : Optional.empty();
        archive.ifPresent(file -> result.put("archive", file.toString()));
        // what was approved is dropped, whatever else may answer to the word that was asked
        Shown gone = tenancy.drop(at, Which.key(one.key()), archive, asked.bench());
        return result.put("tenant", tenant(gone.tenant()))
                .put("database", gone.database())
                .put("tables", parts(gone.tables()))
                .build();
    }

    private static Which which(Json body) {
        return new Which(word(body), body.isAt("keyed"));
    }

    private static String word(Json body) {
        return body.textAt("tenant").orElse("");
    }

    private static List<String> names(Json body) {
        List<String> names = new ArrayList<>();
        for (Json item : body.itemsAt("names")) {
            if (item instanceof Json.Text(String name)) {
                names.add(name);
            }
        }
        return names;
    }

    /** Where nothing is said, in the folder of the stack, and never over a file that is there. */
    private static Path file(Asked asked, At<?> at, String tenant) {
        Optional<String> asks = asked.body().textAt("file");
        if (asks.isPresent()) {
            try {
                return Path.of(asks.get());
            } catch (InvalidPathException e) {
                throw new HoldfastException(
                        Problem.of(
                                Code.HF3605,
                                "the name of the archive is none that a file can have",
                                "Give another name."),
                        e);
            }
        }
        String all = at.service().name() + at.database().map(name -> "-" + name).orElse("") + "-" + tenant;
        String plain = all.substring(0, Math.min(all.length(), LONGEST_NAME)).replaceAll("[^A-Za-z0-9._-]", "_");
        Path folder = asked.managed().folder().resolve("tenants");
        Path file = folder.resolve(plain + ".zip");
        for (int i = 2; Files.exists(file); i++) {
            file = folder.resolve(plain + "-" + i + ".zip");
        }
        return file;
    }

    private static Json created(Tenancy.Created created) {
        return Json.object()
                .put("made", tenants(created.made()))
                .put("there", tenants(created.there()))
                .build();
    }

    private static Json archived(Tenancy.Archived archived) {
        return Json.object()
                .put("file", archived.file().toString())
                .put("tenant", tenant(archived.tenant()))
                .put("tables", parts(archived.tables()))
                .build();
    }

    private static Json.Builder shown(Shown shown) {
        return Json.object()
                .put("database", shown.database())
                .put("tenant", tenant(shown.tenant()))
                .put("tables", parts(shown.tables()));
    }

    private static Json parts(List<Part> parts) {
        return Json.array(parts.stream()
                .map(part -> size(Json.object().put("table", part.table()), part.size())
                        .build())
                .toList());
    }

    private static Json tenants(List<Tenant> tenants) {
        return Json.array(tenants.stream().map(TenantVerb::tenant).toList());
    }

    private static Json tenant(Tenant tenant) {
        Json.Builder json = Json.object().put("key", tenant.key()).put("name", tenant.name());
        tenant.size().ifPresent(size -> size(json, size));
        return json.build();
    }

    private static Json.Builder size(Json.Builder json, Size size) {
        return json.put("rows", size.rows()).put("bytes", size.bytes());
    }
}
