package dev.holdfast.proof.benchmark;

import dev.holdfast.proof.Installation;
import java.util.List;

/** The images of file systems that this machine can make volumes of. */
final class Images {
    private static final List<String> DRIVERS = List.of("xfs-image", "btrfs-image");

    private Images() {}

    static List<String> offered(Installation installation) {
        return installation
                .run(installation.home(), "volumes", "drivers", "--output", "json")
                .orFail()
                .json()
                .itemsAt("drivers")
                .stream()
                .filter(driver -> driver.isAt("offered"))
                .flatMap(driver -> driver.textAt("driver").stream())
                .filter(DRIVERS::contains)
                .toList();
    }
}
