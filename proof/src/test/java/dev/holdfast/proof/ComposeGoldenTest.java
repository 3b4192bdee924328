package dev.holdfast.proof;

import dev.holdfast.engines.Engines;
import dev.holdfast.reader.StackReader;
import dev.holdfast.secret.CertificateAuthority;
import dev.holdfast.secret.SecretStore;
import dev.holdfast.stack.Stack;
import dev.holdfast.target.OutputFolder;
import dev.holdfast.target.Target;
import dev.holdfast.targets.compose.ComposeTarget;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.Optional;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

/** Stacks with their real engines, as Compose would run them; {@code -Dgolden.update} writes what is expected. */
final class ComposeGoldenTest {
    @TempDir
    private Path folder;

    @ParameterizedTest
    @CsvSource({"starter, dev, config/main-0/postgresql.conf", "windfarm, , config/measured-0/server.conf"})
    void aStackIsRenderedAsExpectedAndASecondTimeNothingChanges(String name, String environment, String file)
            throws IOException {
        OutputFolder.Written first = render(name, Optional.ofNullable(environment));
        OutputFolder.Written second = render(name, Optional.ofNullable(environment));

        assertThat(first.written()).contains("compose.yaml", file);
        assertThat(second.written()).isEmpty();
        assertThat(second.removed()).isEmpty();
        // the digests are over generated secrets, which differ from one machine to the next
        String rendered = Files.readString(folder.resolve("out/compose.yaml"))
                .replaceAll("(dev[.]holdfast[.]files: )\"?[0-9a-f]{32}\"?", "$1DIGEST");
        Path golden = Tree.root().resolve("proof/src/test/resources/compose/" + name + ".yaml");
        if (System.getProperty("golden.update") != null) {
            Files.createDirectories(golden.getParent());
            Files.writeString(golden, rendered);
        }
        assertThat(rendered).isEqualTo(Files.readString(golden));
    }

    private OutputFolder.Written render(String name, Optional<String> environment) {
        Stack stack = new StackReader(Engines.register())
                .read(Tree.root().resolve("stacks/" + name + "/stack.yaml"), environment);
        SecureRandom random = new SecureRandom();
        SecretStore store = new SecretStore(folder.resolve("secrets.enc"), folder.resolve("key"), stack.name(), random);
        CertificateAuthority authority = new CertificateAuthority(stack.name(), store, InstantSource.system(), random);
        return new OutputFolder(folder.resolve("out"))
                .write(
                        "compose/" + stack.name(),
                        new ComposeTarget().render(stack, Engines.register(), Target.Secrets.of(store, authority)));
    }
}
