package dev.holdfast.targets.local;

import dev.holdfast.blueprint.Programs;
import dev.holdfast.targets.local.image.Architecture;
import dev.holdfast.targets.local.image.EngineImages;
import dev.holdfast.targets.local.image.Image;
import dev.holdfast.targets.local.image.Progress;
import dev.holdfast.testing.Checkout;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;

/** The engines of the cache that all tests share: installed for real by whichever comes first. */
public final class Cache {
    public static final Programs.Debian REDIS = new Programs.Debian(List.of("redis-server", "redis-tools"));
    public static final Programs.Debian POSTGRES = new Programs.Debian(List.of("postgresql-17"));
    public static final Architecture HERE =
            Architecture.of(System.getProperty("os.name"), System.getProperty("os.arch"));

    private Cache() {}

    public static Path folder() {
        return Checkout.engineCache();
    }

    public static EngineImages images() {
        return new EngineImages(folder(), System.getenv(), HERE, InstantSource.system());
    }

    public static Image redis() {
        return images().install(List.of(REDIS, POSTGRES), Progress.silent()).get(REDIS);
    }

    public static Image postgres() {
        return images().install(List.of(REDIS, POSTGRES), Progress.silent()).get(POSTGRES);
    }
}
