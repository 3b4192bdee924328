package dev.holdfast.engines.postgres.tenancy;

import dev.holdfast.problem.Code;
import dev.holdfast.problem.HoldfastException;
import dev.holdfast.problem.Problem;

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

    static HoldfastException refusal(Code code, String cause, String remedy) {
        return new HoldfastException(Problem.of(code, cause, remedy));
    }
}
