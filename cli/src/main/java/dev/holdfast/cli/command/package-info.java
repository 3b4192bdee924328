/** What every command is made of. */
@NullMarked
package dev.holdfast.cli.command;

import org.jspecify.annotations.NullMarked;
