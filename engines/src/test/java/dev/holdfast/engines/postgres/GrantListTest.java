package dev.holdfast.engines.postgres;

import java.util.List;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** The texts are what PostgreSQL 17 writes for such roles. */
final class GrantListTest {
    private final GrantList lists = new GrantList();

    @Test
    void aListSaysWhatEachRoleMayAndNothingOfTheOwner() {
        assertThat(lists.read(List.of("owner=arwdDxtm/owner", "app=arwd/owner", "reader=r/owner"), "owner"))
                .containsOnlyKeys("app", "reader")
                .containsEntry("app", new TreeSet<>(List.of("DELETE", "INSERT", "SELECT", "UPDATE")))
                .containsEntry("reader", new TreeSet<>(List.of("SELECT")));
    }

    @Test
    void everybodyHasNoName() {
        assertThat(lists.read(List.of("=X/owner", "owner=X/owner"), "owner"))
                .containsOnlyKeys(ActualAccess.PUBLIC)
                .containsEntry(ActualAccess.PUBLIC, new TreeSet<>(List.of("EXECUTE")));
    }

    @Test
    void aNameMayHoldWhateverANameMayHold() {
        assertThat(lists.read(
                        List.of("\"a=b/c\"=U/owner", "\"say \"\"so\"\"\"=C/owner", "\"my-role\"=cT/owner"), "owner"))
                .containsOnlyKeys("a=b/c", "say \"so\"", "my-role")
                .containsEntry("my-role", new TreeSet<>(List.of("CONNECT", "TEMPORARY")));
        assertThat(lists.read(List.of("\"my-role\"=U/\"my-role\""), "my-role")).isEmpty();
    }

    @Test
    void theRightToPassARightOnIsNoOtherRightAndTwoGrantorsAreOneGrant() {
        assertThat(lists.read(List.of("app=r*w/owner", "app=a/other"), "owner"))
                .containsEntry("app", new TreeSet<>(List.of("INSERT", "SELECT", "UPDATE")));
    }
}
