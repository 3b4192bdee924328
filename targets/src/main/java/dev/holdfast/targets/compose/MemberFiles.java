package dev.holdfast.targets.compose;

import dev.holdfast.blueprint.ConfigurationFile;
import dev.holdfast.blueprint.Container;
import dev.holdfast.blueprint.Workload;
import dev.holdfast.problem.Code;
import dev.holdfast.problem.HoldfastException;
import dev.holdfast.problem.Problem;
import dev.holdfast.secret.CertificateAuthority;
import dev.holdfast.secret.Issued;
import dev.holdfast.secret.Redacted;
import dev.holdfast.secret.SecretRef;
import dev.holdfast.secret.Subject;
import dev.holdfast.target.Target;
import dev.holdfast.target.Target.Rendered;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;

/**
 * The files one member reads. {@code plain} are its configuration by name, {@code confidential} everything with a secret
 * in it as {@code folder/name}, the folder being one of {@code config data first secrets tls}.
 */
record MemberFiles(
        String member,
        SortedMap<String, String> plain,
        SortedMap<String, Redacted> confidential,
        Optional<String> firstStartFolder) {
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_][A-Za-z0-9._-]*");
    private static final String DATA = "/data/";

    MemberFiles {
        plain = Collections.unmodifiableSortedMap(new TreeMap<>(plain));
        confidential = Collections.unmodifiableSortedMap(new TreeMap<>(confidential));
    }

    static MemberFiles of(Workload workload, Target.Secrets secrets, ComposeContext context) {
        String member = safe(workload.member().name());
        SortedMap<String, String> plain = new TreeMap<>();
        SortedMap<String, Redacted> confidential = new TreeMap<>();
        for (ConfigurationFile file : workload.files()) {
            if (file.isConfidential()) {
                confidential.put("config/" + safe(file.name()), file.text());
            } else {
                plain.put(safe(file.name()), file.text().reveal());
            }
        }
        for (Workload.SecretFile file : workload.secrets()) {
            confidential.put("secrets/" + safe(file.name()), context.secret(file.secret()));
        }
        if (workload.tls()) {
            confidential.putAll(certificate(workload, secrets.authority()));
        }
        Optional<String> firstStartFolder = Optional.empty();
        for (Container.FirstStart file : workload.container().firstStart()) {
            int slash = file.path().lastIndexOf('/');
            String name = safe(file.path().substring(slash + 1));
            Redacted text = new ConfigurationFile(name, file.content()).text();
            if (file.path().startsWith(DATA)) {
                confidential.put("data/" + safe(file.path().substring(DATA.length())), text);
            } else {
                confidential.put("first/" + name, text);
                firstStartFolder = Optional.of(file.path().substring(0, slash));
            }
        }
        return new MemberFiles(member, plain, confidential, firstStartFolder);
    }

    /** The folders that the preparing container fills for the member. */
    Set<String> handedOver() {
        Set<String> folders = new TreeSet<>();
        for (String path : confidential.keySet()) {
            folders.add(path.substring(0, path.indexOf('/')));
        }
        folders.remove("data");
        return folders;
    }

    List<Rendered> rendered() {
        List<Rendered> files = new ArrayList<>();
        plain.forEach((name, text) -> files.add(new Rendered("config/" + member + "/" + name, text, false)));
        confidential.forEach((path, text) -> files.add(new Rendered(secretPath(path), text.reveal(), true)));
        return files;
    }

    String secretPath(String path) {
        return "secrets/" + member + "/" + path;
    }

    /** The name of a secret in the Compose file. */
    String secretName(String path) {
        return member + "." + path.replace('/', '.');
    }

    private static SortedMap<String, Redacted> certificate(Workload workload, CertificateAuthority authority) {
        String member = workload.member().name();
        SortedSet<String> names =
                new TreeSet<>(List.of("localhost", member, workload.member().service()));
        Issued issued = authority.current(
                new SecretRef("_tls", member),
                new Subject(member, names, new TreeSet<>(Set.of("127.0.0.1"))),
                CertificateAuthority.LEAF_LIFETIME);
        SortedMap<String, Redacted> files = new TreeMap<>();
        files.put("tls/ca.crt", new Redacted(authority.certificate()));
        files.put("tls/server.crt", new Redacted(issued.chain()));
        files.put("tls/server.key", issued.key());
        // the store is binary: it travels as PEM and prepare.sh makes server.p12 of it
        files.put("tls/server.p12.pem", issued.keyStore());
        return files;
    }

    /** A second fence: the stack reader lets no such name through. */
    private static String safe(String name) {
        if (!NAME.matcher(name).matches()) {
            throw new HoldfastException(Problem.of(
                    Code.HF9001,
                    "'" + name + "' cannot be the name of a file",
                    "Please report this: the stack file should have been refused."));
        }
        return name;
    }
}
