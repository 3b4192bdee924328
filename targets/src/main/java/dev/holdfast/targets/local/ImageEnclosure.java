package dev.holdfast.targets.local;

import dev.holdfast.blueprint.Programs;
import dev.holdfast.problem.Code;
import dev.holdfast.problem.HoldfastException;
import dev.holdfast.problem.Problem;
import dev.holdfast.targets.local.image.Image;
import dev.holdfast.targets.local.sandbox.Bind;
import dev.holdfast.targets.local.sandbox.Entry;
import dev.holdfast.targets.local.sandbox.Sandbox;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.SortedMap;
import java.util.TreeMap;

/** Engines from the images that are installed, in a sandbox that was seen to work. */
public record ImageEnclosure(Sandbox sandbox, Map<Programs, Image> images) implements Enclosure {
    private static final String LIBRARY = "/run/holdfast.so";

    public ImageEnclosure {
        images = Map.copyOf(images);
    }

    @Override
    public Invocation member(
            Programs programs,
            Folders folders,
            Path lock,
            SortedMap<String, String> environment,
            List<String> command) {
        List<Bind> binds = new ArrayList<>();
        folders.config().ifPresent(path -> binds.add(Bind.readOnly(path, "/config")));
        folders.secrets().ifPresent(path -> binds.add(Bind.readOnly(path, "/secrets")));
        folders.tls().ifPresent(path -> binds.add(Bind.readOnly(path, "/tls")));
        folders.data().ifPresent(path -> binds.add(Bind.writable(path, "/data")));
        SortedMap<String, String> inside = new TreeMap<>();
        folders.door()
                .ifPresent(door -> door.library().ifPresent(library -> {
                    binds.add(Bind.readOnly(library, LIBRARY));
                    binds.add(Bind.readOnly(door.folder(), "/run/holdfast"));
                    inside.put("LD_PRELOAD", LIBRARY);
                    if (door.saysWhenItServes()) {
                        inside.put("HOLDFAST_SAYS_WHEN_IT_SERVES", "1");
                    }
                }));
        return entered(
                Entry.engine(image(programs), binds, environment, command, lock).with(inside));
    }

    @Override
    public Invocation client(Programs programs, Path tls, SortedMap<String, String> environment, List<String> command) {
        List<Bind> binds = List.of(Bind.readOnly(tls, "/tls"));
        return entered(new Entry(image(programs), binds, environment, command, Optional.empty(), true));
    }

    /** The version of what was asked for, and the name of the image, which stands for every package in it. */
    @Override
    public String version(Programs programs) {
        String asked = switch (programs) {
            case Programs.Debian(List<String> packages) -> packages.getFirst();
            case Programs.Maven maven -> maven.artifact();
            case Programs.Elsewhere elsewhere -> elsewhere.name();
        };
        Image image = images.get(programs);
        return image == null
                ? "(not fetched yet)"
                : asked + " " + image.versions().getOrDefault(asked, "") + " (" + image.name() + ")";
    }

    @Override
    public Owner owner() {
        OptionalInt owner = sandbox.owner();
        return owner.isPresent() ? new Owner(owner.getAsInt(), owner.getAsInt(), true) : new Owner(0, 0, false);
    }

    private Invocation entered(Entry entry) {
        var invocation = sandbox.enter(entry);
        return new Invocation(invocation.arguments(), invocation.environment());
    }

    private Image image(Programs programs) {
        Image image = images.get(programs);
        if (image == null) {
            throw new HoldfastException(Problem.of(
                    Code.HF3109,
                    "the programs of " + programs + " are not installed",
                    "Run 'holdfast engines install', which fetches them."));
        }
        return image;
    }
}
