/** Just enough of HTTP/1.1 on a Unix socket for one user's own client and curl; see decision 0030. */
@NullMarked
package dev.holdfast.daemon.http;

import org.jspecify.annotations.NullMarked;
