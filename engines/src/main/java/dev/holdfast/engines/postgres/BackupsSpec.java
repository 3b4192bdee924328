package dev.holdfast.engines.postgres;

import dev.holdfast.language.Doc;
import dev.holdfast.language.Example;
import dev.holdfast.stack.Reference;

/** How a service is saved. */
@Doc("Saves the server, and every change of it, into a bucket.")
public record BackupsSpec(
        @Doc("The bucket, as service/bucket.") @Example("objects/backups")
        Reference to) {}
