package dev.holdfast.secret;

import java.util.Collections;
import java.util.SortedSet;
import java.util.TreeSet;

/** Whom a certificate names: the member, and every name and IP address under which it is reached. */
public record Subject(String commonName, SortedSet<String> dnsNames, SortedSet<String> addresses) {
    public Subject {
        dnsNames = Collections.unmodifiableSortedSet(new TreeSet<>(dnsNames));
        addresses = Collections.unmodifiableSortedSet(new TreeSet<>(addresses));
    }
}
