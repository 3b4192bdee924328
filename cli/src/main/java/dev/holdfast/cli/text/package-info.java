/** Words for a terminal: tables, colours, amounts, progress. */
@NullMarked
package dev.holdfast.cli.text;

import org.jspecify.annotations.NullMarked;
