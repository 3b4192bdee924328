package dev.holdfast.targets.compose;

import dev.holdfast.blueprint.Member;
import dev.holdfast.blueprint.Workload;
import dev.holdfast.engine.Bound;
import dev.holdfast.engine.Register;
import dev.holdfast.problem.Code;
import dev.holdfast.problem.HoldfastException;
import dev.holdfast.problem.Problem;
import dev.holdfast.secret.Redacted;
import dev.holdfast.secret.SecretRef;
import dev.holdfast.stack.Resources;
import dev.holdfast.stack.Service;
import dev.holdfast.stack.Stack;
import dev.holdfast.target.Assembly;
import dev.holdfast.target.Target;
import dev.holdfast.text.Json;
import dev.holdfast.text.Yaml;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/** The stack as {@code compose.yaml} with its files; what is rendered how, and why, is in docs/decisions/0041. */
public final class ComposeTarget implements Target {
    private static final SecretRef DIGEST_KEY = new SecretRef("_stack", "digest");
    private static final String HEAD =
            "# Rendered by 'holdfast render compose'. Put changes of your own into compose.override.yaml.\n";

    /** Shorter ones are words that stand in any file by chance, and no generated secret is shorter. */
    private static final int SEARCHED_FROM = 12;

    @Override
    public String name() {
        return "compose";
    }

    @Override
    public List<Rendered> render(Stack stack, Register register, Secrets secrets) {
        Assembly assembly = new Assembly(stack, register);
        ComposeContext context = new ComposeContext(assembly, PublishedPorts.of(assembly.members()), secrets);
        List<ComposeMember> members = members(assembly, context, secrets);
        List<Rendered> files = new ArrayList<>();
        files.add(new Rendered("compose.yaml", HEAD + Yaml.write(document(stack, members)), false));
        files.add(new Rendered("prepare.sh", prepareScript(), false));
        files.add(
                new Rendered(ComposeContext.AUTHORITY_FILE, secrets.authority().certificate(), false));
        files.add(new Rendered("secrets/.gitignore", "*\n", true));
        for (ComposeMember member : members) {
            files.addAll(member.files().rendered());
        }
        refusePlainSecrets(files, context);
        return List.copyOf(files);
    }

    private static List<ComposeMember> members(Assembly assembly, ComposeContext context, Secrets secrets) {
        List<Workload> workloads = assembly.workloads(context);
        Set<String> own = new HashSet<>();
        for (Bound<?> bound : assembly.services()) {
            bound.members().stream().map(Member::name).forEach(own::add);
        }
        Redacted key = secrets.secret(DIGEST_KEY);
        List<ComposeMember> members = new ArrayList<>();
        for (Workload workload : workloads) {
            String name = workload.member().name();
            MemberFiles files = MemberFiles.of(workload, secrets, context);
            Optional<Resources> resources = own.contains(name)
                    ? Optional.ofNullable(assembly.stack()
                                    .services()
                                    .get(workload.member().service()))
                            .map(Service::resources)
                    : Optional.empty();
            SortedMap<String, String> labels = new TreeMap<>();
            labels.put("dev.holdfast.stack", assembly.stack().name());
            labels.put("dev.holdfast.service", workload.member().service());
            labels.put("dev.holdfast.member", name);
            labels.put("dev.holdfast.role", workload.member().role());
            labels.put("dev.holdfast.files", FilesDigest.of(key, files.rendered(), prepareScript()));
            members.add(new ComposeMember(
                    workload, files, resources, own.contains(name), needs(workload, workloads), labels, context));
        }
        return members;
    }

    /** A need that is named by its service is the need of each of its members. */
    private static SortedMap<String, String> needs(Workload workload, List<Workload> all) {
        SortedMap<String, String> needs = new TreeMap<>();
        for (String need : workload.needs()) {
            List<Workload> found =
                    all.stream().filter(w -> w.member().name().equals(need)).toList();
            if (found.isEmpty()) {
                found = all.stream()
                        .filter(w -> w.member().service().equals(need))
                        .toList();
            }
            if (found.isEmpty()) {
                throw new HoldfastException(Problem.of(
                        Code.HF9001,
                        "member '" + workload.member().name() + "' needs '" + need + "', which the stack does not have",
                        "Please report this: an engine asks for what is not there."));
            }
            for (Workload other : found) {
                boolean probed = !other.container().healthCheck().isEmpty();
                needs.put(other.member().name(), probed ? "service_healthy" : "service_started");
            }
        }
        needs.remove(workload.member().name());
        return needs;
    }

    private static Json document(Stack stack, List<ComposeMember> members) {
        SortedMap<String, Json> services = new TreeMap<>();
        SortedMap<String, Json> volumes = new TreeMap<>();
        SortedMap<String, Json> secrets = new TreeMap<>();
        for (ComposeMember member : members) {
            services.put(member.name(), member.service());
            if (member.isPrepared()) {
                services.put(member.prepareName(), member.preparation());
            }
            for (String volume : member.volumes()) {
                volumes.put(volume, Json.object().build());
            }
            for (String path : member.files().confidential().keySet()) {
                secrets.put(
                        member.files().secretName(path),
                        Json.object()
                                .put("file", "./" + member.files().secretPath(path))
                                .build());
            }
        }
        SortedMap<String, Json> document = new TreeMap<>();
        document.put("name", Json.text(stack.name()));
        // on an internal network nothing can be published, so doors to the outside have a network of their own
        document.put(
                "networks",
                Json.object()
                        .put("published", Json.object().build())
                        .put("stack", Json.object().put("internal", true).build())
                        .build());
        document.put("services", new Json.Members(services));
        document.put("volumes", new Json.Members(volumes));
        document.put("secrets", new Json.Members(secrets));
        return literal(new Json.Members(document));
    }

    /** Compose fills in {@code ${NAME}} in every text; a doubled dollar is one that is meant. */
    private static Json literal(Json value) {
        return switch (value) {
            case Json.Text(String text) -> Json.text(text.replace("$", "$$"));
            case Json.Array(List<Json> items) ->
                Json.array(items.stream().map(ComposeTarget::literal).toList());
            case Json.Members(Map<String, Json> values) -> {
                SortedMap<String, Json> literal = new TreeMap<>();
                values.forEach((name, member) -> literal.put(name, literal(member)));
                yield new Json.Members(literal);
            }
            case Json.Numeral _, Json.Bool _, Json.Null _ -> value;
        };
    }

    /** The promise that no password stands in plain text, checked on the very bytes that are handed out. */
    private static void refusePlainSecrets(List<Rendered> files, ComposeContext context) {
        context.handedOut().forEach((ref, secret) -> {
            String value = secret.reveal();
            for (Rendered file : files) {
                if (!file.confidential()
                        && value.length() >= SEARCHED_FROM
                        && file.text().contains(value)) {
                    throw new HoldfastException(Problem.of(
                            Code.HF9001,
                            "the secret " + ref + " would stand in plain text in " + file.path(),
                            "Please report this: the engine of that service has to mark it as confidential."));
                }
            }
        });
    }

    private static String prepareScript() {
        try (InputStream in = ComposeTarget.class.getResourceAsStream("prepare.sh")) {
            if (in == null) {
                throw new IllegalStateException("prepare.sh is missing from the build");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
