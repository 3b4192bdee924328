/** One class a command, and the list of them. */
@NullMarked
package dev.holdfast.cli.commands;

import org.jspecify.annotations.NullMarked;
