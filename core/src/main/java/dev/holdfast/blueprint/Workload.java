package dev.holdfast.blueprint;

import dev.holdfast.secret.SecretRef;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * A member that has to run, said without naming where: a target turns it into a process, a container or a pod.
 *
 * <p>Every target shows a workload the same folders: {@code /config} (its files, read only), {@code /data} (kept; its
 * own), {@code /tls} ({@code ca.crt}, {@code server.crt}, {@code server.key} where {@code tls} is set), {@code /secrets}
 * (one file a secret, 0600) and an empty {@code /tmp} and {@code /run}.
 */
public record Workload(
        Member member,
        Programs programs,
        Container container,
        List<String> command,
        SortedMap<String, String> environment,
        List<ConfigurationFile> files,
        List<SecretFile> secrets,
        boolean tls,
        Optional<Initialise> initialise,
        Set<String> needs,
        Stop stop,
        Reload reload) {
    public Workload {
        command = List.copyOf(command);
        environment = Collections.unmodifiableSortedMap(new TreeMap<>(environment));
        files = List.copyOf(files);
        secrets = List.copyOf(secrets);
        needs = Set.copyOf(needs);
    }

    /** A secret on its own in {@code /secrets/<name>}, without a line end; {@code effect} is what another value takes. */
    public record SecretFile(String name, SecretRef secret, Setting.Effect effect) {
        public SecretFile(String name, SecretRef secret) {
            this(name, secret, Setting.Effect.RESTART);
        }
    }

    /**
     * What fills an empty {@code /data} before the first start. It runs in a folder that becomes {@code /data} only when
     * the command ends with 0, so that an interrupted one leaves nothing that looks whole.
     */
    public record Initialise(List<String> command) {
        public Initialise {
            command = List.copyOf(command);
        }
    }

    /** How to end it in good order, and how long that may take before it is killed. */
    public record Stop(Signal signal, Duration patience) {}

    /** How a running member takes a changed file of effect RELOAD; certificates replaced in {@code /tls} are such files. */
    public enum Reload {
        SIGHUP,
        /** Over a connection: the engine's {@code Provisioning.reload} does it once the file is written. */
        CONNECTION,
        /** It cannot: every change restarts it. */
        RESTART
    }

    /** The signals a workload may ask for. */
    public enum Signal {
        INTERRUPT(2),
        TERMINATE(15);

        private final int number;

        Signal(int number) {
            this.number = number;
        }

        public int number() {
            return number;
        }
    }
}
