package dev.holdfast.cli;

import dev.holdfast.engine.Engine;
import dev.holdfast.engines.Engines;

public final class Main {
    private Main() {}

    public static void main(String[] args) {
        for (Engine<?> engine : Engines.register().engines()) {
            System.out.println(engine.name());
        }
    }
}
