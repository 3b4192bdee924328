package dev.holdfast.targets.compose;

import dev.holdfast.blueprint.Container;
import dev.holdfast.blueprint.Port;
import dev.holdfast.blueprint.Workload;
import dev.holdfast.stack.Bytes;
import dev.holdfast.stack.Resources;
import dev.holdfast.text.Json;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/** One member as Compose services: the member itself, and where its files need it a container that prepares them. */
record ComposeMember(
        Workload workload,
        MemberFiles files,
        Optional<Resources> resources,
        boolean isPublished,
        SortedMap<String, String> needs,
        SortedMap<String, String> labels,
        ComposeContext context) {
    private static final String PREPARE_IMAGE = "docker.io/library/busybox:1.37.0";

    /** What an image that starts as root needs to hand its files and itself over to its own user. */
    private static final List<String> ROOT_CAPABILITIES =
            List.of("CHOWN", "DAC_OVERRIDE", "FOWNER", "SETGID", "SETUID");

    String name() {
        return workload.member().name();
    }

    /** A member that only shows the figures of another keeps nothing. */
    boolean keepsData() {
        return resources.isPresent();
    }

    boolean isPrepared() {
        return !files.confidential().isEmpty() || keepsData();
    }

    String prepareName() {
        return name() + "-prepare";
    }

    Json service() {
        Container container = workload.container();
        SortedMap<String, Json> service = new TreeMap<>();
        service.put("image", Json.text(qualified(container.image())));
        service.put("labels", texts(labels));
        service.put("restart", Json.text("unless-stopped"));
        service.put("networks", Json.texts(isPublished ? List.of("published", "stack") : List.of("stack")));
        service.put("stop_signal", Json.text(signal()));
        service.put("stop_grace_period", Json.text(workload.stop().patience().toSeconds() + "s"));
        service.put("security_opt", Json.texts(List.of("no-new-privileges:true")));
        service.put("cap_drop", Json.texts(List.of("ALL")));
        service.put("tmpfs", Json.texts(temporary()));
        service.put("volumes", Json.array(mounts()));
        service.put("deploy", deploy());
        service.put(
                "logging",
                object(Map.of(
                        "driver", Json.text("json-file"),
                        "options", texts(Map.of("max-size", "10m", "max-file", "3")))));
        if (container.user().isPresent()) {
            service.put("user", Json.text(container.user().get()));
            service.put("read_only", Json.bool(true));
        } else {
            service.put("cap_add", Json.texts(ROOT_CAPABILITIES));
        }
        if (!container.entrypoint().isEmpty()) {
            service.put("entrypoint", Json.texts(container.entrypoint()));
        }
        if (!container.command().isEmpty()) {
            service.put("command", Json.texts(container.command()));
        }
        if (!container.environment().isEmpty()) {
            service.put("environment", texts(container.environment()));
        }
        if (!container.healthCheck().isEmpty()) {
            service.put("healthcheck", healthCheck(container.healthCheck()));
        }
        if (isPublished && !workload.member().ports().isEmpty()) {
            service.put("ports", Json.texts(published()));
        }
        dependencies().ifPresent(dependencies -> service.put("depends_on", dependencies));
        resources
                .map(r -> Math.max(64, r.memory().inMebi() / 4))
                .ifPresent(mebi -> service.put("shm_size", Json.text(mebi + "m")));
        return object(service);
    }

    /** Root for the second it takes to hand files over; without network, and with the capabilities for that alone. */
    Json preparation() {
        List<String> command = new ArrayList<>(
                List.of("/bin/sh", "/prepare.sh", workload.container().user().orElse("0:0")));
        command.addAll(workload.container().folders());
        List<Json> secrets = new ArrayList<>();
        for (String path : files.confidential().keySet()) {
            secrets.add(texts(Map.of("source", files.secretName(path), "target", "/in/" + path)));
        }
        List<Json> mounts = new ArrayList<>();
        mounts.add(bind("./prepare.sh", "/prepare.sh"));
        if (files.handedOver().contains("config") && !files.plain().isEmpty()) {
            mounts.add(bind("./config/" + name(), "/plain/config"));
        }
        for (String folder : files.handedOver()) {
            mounts.add(volume(folder, "/out/" + folder, false));
        }
        if (keepsData()) {
            mounts.add(volume("data", "/data", false));
        }
        SortedMap<String, Json> service = new TreeMap<>();
        service.put("image", Json.text(PREPARE_IMAGE));
        service.put("command", Json.texts(command));
        service.put("labels", texts(labels));
        service.put("restart", Json.text("no"));
        service.put("user", Json.text("0:0"));
        service.put("network_mode", Json.text("none"));
        service.put("read_only", Json.bool(true));
        service.put("cap_drop", Json.texts(List.of("ALL")));
        service.put("cap_add", Json.texts(List.of("CHOWN", "DAC_OVERRIDE", "FOWNER")));
        service.put("security_opt", Json.texts(List.of("no-new-privileges:true")));
        service.put("volumes", Json.array(mounts));
        if (!secrets.isEmpty()) {
            service.put("secrets", Json.array(secrets));
        }
        return object(service);
    }

    /** The named volumes both containers use. */
    List<String> volumes() {
        List<String> volumes = new ArrayList<>();
        for (String folder : files.handedOver()) {
            volumes.add(name() + "-" + folder);
        }
        if (keepsData()) {
            volumes.add(name() + "-data");
        }
        return volumes;
    }

    /** With its registry: Docker fills in its own, other engines ask or refuse. */
    private static String qualified(String image) {
        int slash = image.indexOf('/');
        String first = slash < 0 ? "" : image.substring(0, slash);
        if (first.contains(".") || first.contains(":") || first.equals("localhost")) {
            return image;
        }
        return "docker.io/" + (slash < 0 ? "library/" : "") + image;
    }

    private String signal() {
        return switch (workload.stop().signal()) {
            case INTERRUPT -> "SIGINT";
            case TERMINATE -> "SIGTERM";
        };
    }

    private List<String> temporary() {
        return keepsData()
                ? List.of("/run:mode=1777", "/tmp:mode=1777")
                : List.of("/data:mode=1777", "/run:mode=1777", "/tmp:mode=1777");
    }

    private List<Json> mounts() {
        List<Json> mounts = new ArrayList<>();
        for (String folder : files.handedOver()) {
            String at = folder.equals("first") ? files.firstStartFolder().orElse("/first") : "/" + folder;
            mounts.add(volume(folder, at, true));
        }
        if (!files.handedOver().contains("config") && !files.plain().isEmpty()) {
            mounts.add(bind("./config/" + name(), "/config"));
        }
        if (keepsData()) {
            mounts.add(volume("data", "/data", false));
        }
        return mounts;
    }

    private Json deploy() {
        SortedMap<String, String> limits = new TreeMap<>();
        // a member without resources of its own only shows figures; a leak in it must not take the machine along
        limits.put("cpus", resources.map(r -> cores(r.cpu().millis())).orElse("0.5"));
        limits.put("memory", resources.map(r -> memory(r.memory())).orElse("256m"));
        return object(Map.of("resources", object(Map.of("limits", texts(limits)))));
    }

    private static String cores(long millis) {
        return BigDecimal.valueOf(millis, 3).stripTrailingZeros().toPlainString();
    }

    private static String memory(Bytes amount) {
        return amount.count() % Bytes.MEBI == 0 ? amount.inMebi() + "m" : amount.count() + "b";
    }

    private List<String> published() {
        List<String> ports = new ArrayList<>();
        for (Port port : workload.member().ports()) {
            ports.add(context.outside(name(), port.name()) + ":" + port.standard());
        }
        return ports;
    }

    private static Json healthCheck(List<String> command) {
        List<String> test = new ArrayList<>(List.of("CMD"));
        test.addAll(command);
        SortedMap<String, Json> check = new TreeMap<>();
        check.put("test", Json.texts(test));
        check.put("interval", Json.text("5s"));
        check.put("timeout", Json.text("5s"));
        check.put("retries", Json.number(6));
        check.put("start_period", Json.text("60s"));
        return object(check);
    }

    private Optional<Json> dependencies() {
        SortedMap<String, Json> dependencies = new TreeMap<>();
        needs.forEach((member, condition) -> dependencies.put(member, texts(Map.of("condition", condition))));
        if (isPrepared()) {
            dependencies.put(prepareName(), texts(Map.of("condition", "service_completed_successfully")));
        }
        return dependencies.isEmpty() ? Optional.empty() : Optional.of(object(dependencies));
    }

    private Json volume(String folder, String target, boolean readOnly) {
        SortedMap<String, Json> mount = new TreeMap<>();
        mount.put("type", Json.text("volume"));
        mount.put("source", Json.text(name() + "-" + folder));
        mount.put("target", Json.text(target));
        if (readOnly) {
            mount.put("read_only", Json.bool(true));
        }
        return object(mount);
    }

    /** A missing source is an error and not, as in the short form, an empty folder. */
    private static Json bind(String source, String target) {
        SortedMap<String, Json> mount = new TreeMap<>();
        mount.put("type", Json.text("bind"));
        mount.put("source", Json.text(source));
        mount.put("target", Json.text(target));
        mount.put("read_only", Json.bool(true));
        mount.put("bind", object(Map.of("create_host_path", Json.bool(false))));
        return object(mount);
    }

    private static Json object(Map<String, Json> members) {
        return new Json.Members(new TreeMap<>(members));
    }

    private static Json texts(Map<String, String> members) {
        SortedMap<String, Json> texts = new TreeMap<>();
        members.forEach((name, text) -> texts.put(name, Json.text(text)));
        return object(texts);
    }
}
