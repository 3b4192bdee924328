package dev.holdfast.engines;

import dev.holdfast.engines.PostgresUrl.Read;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

final class PostgresUrlTest {
    @Test
    void aGoodAddressIsTakenApartAndNothingIsSaidOfIt() {
        Read read = PostgresUrl.read(
                "postgresql://m%40x:p%3Ass%20w@db.example.com:6432/sh%C3%B6p?sslmode=verify-full&application_name=a%26b");

        assertThat(read.remarks()).isEmpty();
        PostgresUrl url = ((Read.Understood) read).url();
        assertThat(url.address().host()).isEqualTo("db.example.com");
        assertThat(url.address().port()).isEqualTo(6432);
        assertThat(url.user()).contains("m@x");
        assertThat(url.password().orElseThrow().reveal()).isEqualTo("p:ss w");
        assertThat(url.database()).contains("shöp");
        assertThat(url.options()).containsEntry("application_name", "a&b").containsEntry("sslmode", "verify-full");
        assertThat(url.shown()).isEqualTo("postgresql://m@x@db.example.com:6432/shöp");
    }

    /** The password is read as it was meant, and the place where it breaks is named. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "postgresql://u:pa@ss@h/d | pa@ss | character 18 is a '@' inside the password | %40",
                "postgresql://u:pa/ss@h/d | pa/ss | character 18 is a '/' inside the password | %2F",
                "postgresql://u:pa?ss@h/d | pa?ss | character 18 is a '?' inside the password | %3F",
                "postgresql://u:pa#ss@h/d | pa#ss | character 18 is a '#' inside the password | %23",
                "postgresql://u:12/34@h/d | 12/34 | character 18 is a '/' inside the password | %2F",
                "postgresql://u:pa%ss@h/d | pa%ss | the '%' at character 18 inside the password begins no escape | %25",
            })
    void whatIsNotEscapedInAPasswordIsFound(String address, String password, String cause, String remedy) {
        Read.Understood read = (Read.Understood) PostgresUrl.read(address);

        assertThat(read.url().password().orElseThrow().reveal()).isEqualTo(password);
        assertThat(read.url().address().host()).isEqualTo("h");
        assertThat(read.url().database()).contains("d");
        assertThat(read.remarks()).singleElement().satisfies(remark -> {
            assertThat(remark.bad()).isTrue();
            assertThat(remark.cause()).isEqualTo(cause);
            assertThat(remark.remedy()).contains(remedy);
        });
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "u:p@h/d | the address has no scheme at character 1",
                "//u:p@h/d | the address has no scheme at character 1",
                "postgres:u:p@h/d | the address has no scheme at character 1",
                "jdbc:postgresql://u:p@h/d | it begins with 'jdbc:'",
                "postgresql+psycopg2://u:p@h/d | names a Python driver",
                "postgresql+asyncpg://u:p@h/d | names a Python driver",
                "psql 'postgresql://u:p@h/d' | which belongs to a shell",
                "DATABASE_URL=postgresql://u:p@h/d | which belongs to a shell",
                "host=h user=u password=p dbname=d | it is written in keywords",
                "postgresql://u:p@h:/d | there is a colon after the host and no port",
                "postgresql://u:p@h,i/d | it names several hosts",
                "postgresql://u:p@h:3306/d | port 3306 is the usual one of MySQL",
                "postgresql://u:p@h/d?sslmode=verify | which libpq does not know",
                "postgresql://u:p@h/d?ssl=true | is for node-postgres and JDBC",
                "postgresql://u:p@h/d?pgbouncer=true | is for Prisma",
                "postgresql://u:p@h/d?sslmod=require | Did you mean 'sslmode'?",
                "postgresql://u:p@h/a/b | has a slash in it",
                "postgresql://u:${PASSWORD}@h/d | the password is a placeholder",
                "postgresql://u@h | no database is named",
                "postgresql://h/d | no user is named",
                "POSTGRESQL://u:p@h/d | in capitals",
            })
    void whatClientsStumbleOverIsSaidAndReadAllTheSame(String address, String words) {
        Read read = PostgresUrl.read(address);

        assertThat(read).isInstanceOf(Read.Understood.class);
        assertThat(((Read.Understood) read).url().address().host()).isEqualTo("h");
        assertThat(read.remarks())
                .anySatisfy(remark ->
                        assertThat(remark.cause() + " " + remark.remedy()).contains(words));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "mysql://u:p@h/d | is 'mysql', not postgresql",
                "postgresql://u:p@h:54321x/d | is no number from 1 to 65535",
                "postgresql://u:p@h:0/d | is no number from 1 to 65535",
                "postgresql://u:p@${HOST}/d | the host is a placeholder",
                "postgresql:///d | no host is named",
                "postgresql://u:p@/d?host=/run/postgresql | no host is named, or a Unix socket",
                "'' | nothing where an address should be",
            })
    void whatLeadsNowhereIsRefusedWithItsReason(String address, String words) {
        Read read = PostgresUrl.read(address);

        assertThat(read).isInstanceOf(Read.Refused.class);
        assertThat(read.remarks())
                .anySatisfy(remark -> assertThat(remark.cause()).contains(words));
    }

    @Test
    void addressesOfIPv6AreTakenInBracketsOnly() {
        assertThat(((Read.Understood) PostgresUrl.read("postgresql://u:p@[::1]:5433/d"))
                        .url()
                        .address()
                        .host())
                .isEqualTo("::1");
        assertThat(PostgresUrl.read("postgresql://u:p@::1/d").remarks())
                .anySatisfy(remark -> assertThat(remark.remedy()).contains("[address]:port"));
    }

    @Test
    void noRemarkQuotesAPassword() {
        for (String address : List.of(
                "postgresql://u:s3cr3t/x@h:99999/d",
                "u:s3cr3t@h/d?x=1",
                "postgresql://u:s3c%zzr3t@h h/d",
                "postgresql://u:s3cr3t",
                "mysql://u:s3cr3t@h",
                "host=h password=s3cr3t user='")) {
            assertThat(PostgresUrl.read(address).remarks().toString())
                    .as(address)
                    .doesNotContain("s3cr3t")
                    .doesNotContain("s3c%");
        }
    }
}
