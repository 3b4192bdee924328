package dev.holdfast.proof.engines;

import dev.holdfast.blueprint.Address;
import dev.holdfast.engine.AlertRules;
import dev.holdfast.engine.Context;
import dev.holdfast.engine.Scrape;
import dev.holdfast.secret.Redacted;
import dev.holdfast.secret.SecretRef;
import dev.holdfast.stack.Stack;
import java.util.List;

/** A place like another but for one secret, which somebody has changed on one side only. */
record Otherwise(Context place, SecretRef changed) implements Context {
    @Override
    public Redacted secret(SecretRef secret) {
        return secret.equals(changed) ? new Redacted("somethingElseAltogether") : place.secret(secret);
    }

    @Override
    public Stack stack() {
        return place.stack();
    }

    @Override
    public Address listen(String member, String port) {
        return place.listen(member, port);
    }

    @Override
    public Address inside(String member, String port) {
        return place.inside(member, port);
    }

    @Override
    public Address outside(String member, String port) {
        return place.outside(member, port);
    }

    @Override
    public String authorityFile() {
        return place.authorityFile();
    }

    @Override
    public List<Scrape> scrapes() {
        return place.scrapes();
    }

    @Override
    public List<AlertRules> alerts() {
        return place.alerts();
    }
}
