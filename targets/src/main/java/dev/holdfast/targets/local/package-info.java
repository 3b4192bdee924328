/** Everything of one stack on this machine: its folders, ports, files and processes. */
@NullMarked
package dev.holdfast.targets.local;

import org.jspecify.annotations.NullMarked;
