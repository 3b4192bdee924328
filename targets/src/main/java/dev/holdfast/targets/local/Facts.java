package dev.holdfast.targets.local;

import dev.holdfast.blueprint.Setting;
import dev.holdfast.text.Json;
import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/** What stands in a member's files, by file and key: the same value for what is wanted, what is written and what is in force. */
public record Facts(SortedMap<String, FileFacts> files) {
    public static final Facts NONE = new Facts(new TreeMap<>());

    public Facts {
        files = Collections.unmodifiableSortedMap(new TreeMap<>(files));
    }

    /** {@code digest} is that of the whole file; a file without settings has the one key {@code ""}. */
    public record FileFacts(String digest, SortedMap<String, Fact> settings) {
        public FileFacts {
            settings = Collections.unmodifiableSortedMap(new TreeMap<>(settings));
        }
    }

    /** {@code shown} is false where the value is a digest, because the value itself is long or a secret. */
    public record Fact(String value, Setting.Effect effect, boolean shown, String because) {
        boolean isSameValue(Fact other) {
            return value.equals(other.value) && shown == other.shown;
        }
    }

    /** These, with the files of the others in place of their own of those names. */
    Facts with(Facts others) {
        SortedMap<String, FileFacts> both = new TreeMap<>(files);
        both.putAll(others.files());
        return new Facts(both);
    }

    Optional<String> find(String file, String key) {
        return Optional.ofNullable(files.get(file))
                .flatMap(facts -> Optional.ofNullable(facts.settings().get(key)))
                .map(Fact::value);
    }

    Json json() {
        Json.Builder byFile = Json.object();
        files.forEach((file, facts) -> {
            Json.Builder byKey = Json.object();
            facts.settings()
                    .forEach((key, fact) -> byKey.put(
                            key,
                            Json.object()
                                    .put("value", fact.value())
                                    .put("effect", fact.effect().name())
                                    .put("shown", fact.shown())
                                    .put("because", fact.because())
                                    .build()));
            byFile.put(
                    file,
                    Json.object()
                            .put("digest", facts.digest())
                            .put("settings", byKey.build())
                            .build());
        });
        return byFile.build();
    }

    static Facts of(Json json) {
        SortedMap<String, FileFacts> files = new TreeMap<>();
        members(json).forEach((file, facts) -> {
            SortedMap<String, Fact> settings = new TreeMap<>();
            Json byKey = facts.at("settings").orElseThrow(() -> new IllegalArgumentException("'settings' is missing"));
            members(byKey)
                    .forEach((key, fact) -> settings.put(
                            key,
                            new Fact(
                                    StateFile.requireText(fact, "value"),
                                    Setting.Effect.valueOf(StateFile.requireText(fact, "effect")),
                                    fact.isAt("shown"),
                                    StateFile.requireText(fact, "because"))));
            files.put(file, new FileFacts(StateFile.requireText(facts, "digest"), settings));
        });
        return new Facts(files);
    }

    private static Map<String, Json> members(Json json) {
        if (json instanceof Json.Members(Map<String, Json> values)) {
            return values;
        }
        throw new IllegalArgumentException("an object is missing");
    }
}
