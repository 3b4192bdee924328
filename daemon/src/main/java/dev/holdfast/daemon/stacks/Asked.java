package dev.holdfast.daemon.stacks;

import dev.holdfast.daemon.http.Events;
import dev.holdfast.engine.Bench;
import dev.holdfast.engine.Bound;
import dev.holdfast.text.Json;

/** What a {@link Verb} is given: of which service, with what words, and the means to do it. */
record Asked(
        Stacks stacks,
        ManagedStack managed,
        ManagedStack.Live live,
        Bound<?> bound,
        Json body,
        Bench bench,
        Events events) {}
