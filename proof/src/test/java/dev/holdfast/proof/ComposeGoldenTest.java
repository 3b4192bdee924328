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
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/** The starter with its real engines, as Compose would run it; {@code -Dgolden.update} writes what is expected. */
final class ComposeGoldenTest {
    private static final Path GOLDEN = Tree.root().resolve("proof/src/test/resources/compose/starter.yaml");

    @TempDir
    private Path folder;

    @Test
    void theStarterIsRenderedAsExpectedAndASecondTimeNothingChanges() throws IOException {
        OutputFolder.Written first = render();
        OutputFolder.Written second = render();

        assertThat(first.written()).contains("compose.yaml", "config/main-0/postgresql.conf");
        assertThat(second.written()).isEmpty();
        assertThat(second.removed()).isEmpty();
        // the digests are over generated secrets, which differ from one machine to the next
        String rendered = Files.readString(folder.resolve("out/compose.yaml"))
                .replaceAll("(dev[.]holdfast[.]files: )\"?[0-9a-f]{32}\"?", "$1DIGEST");
        if (System.getProperty("golden.update") != null) {
            Files.createDirectories(GOLDEN.getParent());
            Files.writeString(GOLDEN, rendered);
        }
        assertThat(rendered).isEqualTo(Files.readString(GOLDEN));
    }

    private OutputFolder.Written render() {
        Stack stack = new StackReader(Engines.register())
                .read(Tree.root().resolve("stacks/starter/stack.yaml"), Optional.of("dev"));
        SecureRandom random = new SecureRandom();
        SecretStore store = new SecretStore(folder.resolve("secrets.enc"), folder.resolve("key"), stack.name(), random);
        CertificateAuthority authority = new CertificateAuthority(stack.name(), store, InstantSource.system(), random);
        return new OutputFolder(folder.resolve("out"))
                .write(
                        "compose/" + stack.name(),
                        new ComposeTarget().render(stack, Engines.register(), Target.Secrets.of(store, authority)));
    }
}
