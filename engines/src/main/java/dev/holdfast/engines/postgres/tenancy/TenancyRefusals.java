package dev.holdfast.engines.postgres.tenancy;

import dev.holdfast.engine.Tenancy.Tenant;
import dev.holdfast.problem.Code;
import dev.holdfast.problem.HoldfastException;
import dev.holdfast.problem.Problem;
import java.util.List;
import java.util.stream.Collectors;

/** Why a thing asked of tenants is not done. */
final class TenancyRefusals {
    private TenancyRefusals() {}

    static String tooManyPartitions(long tenants) {
        return tenants + " tenants with a partition each are more than " + Tenants.MOST_PARTITIONS
                + ": with 1,000 a query that does not name its tenant took 25 ms of planning each time and 12 to 200 times"
                + " as long as from one table";
    }

    static HoldfastException undeclared(String service, String database) {
        return refusal(
                Code.HF1541,
                "database '" + database + "' of service '" + service + "' declares no tenancy",
                "Add tenancy: to it in the stack file and run holdfast apply, or name another database.");
    }

    static HoldfastException notReady(String what, String remedy) {
        return refusal(Code.HF3600, what, remedy);
    }

    static HoldfastException unknown(String tenant, String service, String database) {
        return refusal(
                Code.HF3601,
                "there is no tenant '" + tenant + "' in " + service + "/" + database,
                "Run holdfast tenant list " + service + "/" + database + " for those there are.");
    }

    /** What a person wrote may be the name of one and the key of another: nobody guesses which was meant. */
    static HoldfastException ambiguous(String word, List<Tenant> those, String service, String database) {
        return refusal(
                Code.HF3591,
                "'" + word + "' may be any of "
                        + those.stream()
                                .map(one -> "tenant '" + one.name() + "' with key " + one.key())
                                .collect(Collectors.joining(", "))
                        + " of " + service + "/" + database,
                "Give the key of the one that is meant, and --by-key: "
                        + those.stream().map(one -> one.key() + " --by-key").collect(Collectors.joining(", or "))
                        + ".");
    }

    static HoldfastException archive(String cause, String remedy, Exception e) {
        return new HoldfastException(problem(Code.HF3605, cause, remedy), e);
    }

    static HoldfastException refusal(Code code, String cause, String remedy) {
        return new HoldfastException(problem(code, cause, remedy));
    }

    /** Names come from archives and requests, and must not move the cursor of who reads them. */
    private static Problem problem(Code code, String cause, String remedy) {
        return Problem.of(code, plain(cause), plain(remedy));
    }

    private static String plain(String text) {
        return text.replaceAll("[\\p{Cc}\\p{Cf}\\p{Cs}]", "?");
    }
}
