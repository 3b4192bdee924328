/** Where the programs of engines come from: Debian packages and Maven artifacts, verified, locked and unpacked. */
@NullMarked
package dev.holdfast.targets.local.image;

import org.jspecify.annotations.NullMarked;
