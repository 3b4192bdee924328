package dev.holdfast.proof.scenario;

import dev.holdfast.proof.Installation;
import dev.holdfast.proof.RunningStack;
import dev.holdfast.text.Json;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** Whoever runs Holdfast, engines run as a user that may do nothing but serve. */
@Tag("engines")
final class EngineUserTest {
    private static final int ENGINES = 64_230;
    private static final String NONE = "0000000000000000";

    @Test
    void enginesHaveNoPrivilegesAndOwnNothingButTheirOwnFolders() {
        try (Installation installation = Places.installation("user")) {
            RunningStack stack =
                    RunningStack.up(installation, Places.folder(installation, "all"), "all", SmallStack.pair("all"));
            int expected = Machine.isRoot()
                    ? ENGINES
                    : Machine.user(ProcessHandle.current().pid());

            for (Json service : stack.status().itemsAt("services")) {
                for (Json member : service.itemsAt("members")) {
                    long pid = member.longAt("pid").orElseThrow();
                    String name = member.textAt("name").orElseThrow();
                    assertThat(Machine.user(pid)).as(name).isEqualTo(expected);
                    for (String capabilities : List.of("CapInh", "CapPrm", "CapEff", "CapAmb")) {
                        assertThat(Machine.field(pid, capabilities))
                                .as(name + " " + capabilities)
                                .isEqualTo(NONE);
                    }
                    assertThat(Machine.field(pid, "NoNewPrivs")).as(name).isEqualTo("1");
                    assertThat(Machine.field(pid, "Groups")).as(name).isEmpty();
                }
            }
            Path folder = installation.home().resolve("data/stacks/all");
            Map<Path, String> data = Machine.modes(folder.resolve("volume/main-0"));
            assertThat(data)
                    .hasSizeGreaterThan(100)
                    .allSatisfy(
                            (file, mode) -> assertThat(mode).as(file.toString()).matches(expected + " [0-7]00"));
            assertThat(Machine.modes(folder))
                    .allSatisfy(
                            (file, mode) -> assertThat(mode).as(file.toString()).endsWith("00"));
            // what Holdfast keeps for itself is out of the engines' reach
            int own = Machine.user(ProcessHandle.current().pid());
            for (String file : List.of("secrets.enc", "journal.ndjson", "desired.json", "config/main-0.json")) {
                assertThat(Machine.modes(folder.resolve(file)).values()).containsExactly(own + " 600");
            }
        }
    }
}
