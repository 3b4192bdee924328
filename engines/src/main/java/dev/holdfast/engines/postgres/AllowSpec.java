package dev.holdfast.engines.postgres;

import dev.holdfast.language.Default;
import dev.holdfast.language.Doc;
import dev.holdfast.language.Example;
import dev.holdfast.language.Matches;
import java.util.List;

/** One line of who may come from where. */
@Doc("From where roles may come in. The first rule that fits a connection decides, and what fits none is refused.")
public record AllowSpec(
        @Doc("The roles the rule is about; all declared roles where none is given.") @Example("[app, reader]")
        List<String> roles,

        @Doc("The databases the rule is about; all declared ones where none is given.") @Example("[shop]")
        List<String> databases,

        @Doc("Addresses as networks in CIDR form or the words loopback and everywhere.")
        @Example("[10.20.0.0/16, loopback]")
        @Matches(
                value =
                        "loopback|everywhere|[0-9]{1,3}(\\.[0-9]{1,3}){3}/[0-9]{1,2}|[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*/[0-9]{1,3}",
                rule = "a network such as 10.20.0.0/16 or fd00::/8, or loopback or everywhere")
        List<String> from,

        @Doc("What the connection must show besides the password. It is always encrypted.") @Default("required")
        Tls tls,

        @Doc("Turns away what fits the rule, instead of asking for the password.") @Default("false")
        boolean refuse) {
    public AllowSpec {
        roles = List.copyOf(roles);
        databases = List.copyOf(databases);
        from = List.copyOf(from);
    }

    /** What is asked of a connection. */
    public enum Tls {
        @Doc("Encryption; the client checks the server.")
        REQUIRED,
        @Doc("Also a certificate of the client that the stack's own authority signed.")
        VERIFY_CLIENT
    }
}
