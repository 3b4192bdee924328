package dev.holdfast.proof;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import dev.holdfast.engine.Engine;
import dev.holdfast.engines.Engines;
import java.time.Instant;
import java.util.AbstractCollection;
import java.util.AbstractMap;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.assignableTo;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.type;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.fields;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noFields;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

final class ArchitectureTest {
    private static final JavaClasses CLASSES = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            // the fixtures of core come as a jar, which the option above does not know for tests
            .withImportOption(location -> !location.contains("-tests.jar"))
            .importPackages("dev.holdfast");

    @Test
    void enginesAndTargetsDoNotKnowEachOther() {
        noClasses()
                .that()
                .resideInAPackage("..engines..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("..targets..")
                .check(CLASSES);
        noClasses()
                .that()
                .resideInAPackage("..targets..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("..engines..")
                .check(CLASSES);
    }

    @Test
    void enginesDoNotKnowOneAnother() {
        slices().matching("dev.holdfast.engines.(*)..")
                .should()
                .notDependOnEachOther()
                .check(CLASSES);
        slices().matching("dev.holdfast.targets.(*)..")
                .should()
                .notDependOnEachOther()
                .check(CLASSES);
    }

    @Test
    void packagesHaveNoCycles() {
        slices().matching("dev.holdfast.(*)").should().beFreeOfCycles().check(CLASSES);
    }

    @Test
    void nothingStaticIsMutable() {
        fields().that().areStatic().should().beFinal().check(CLASSES);
        noFields()
                .that()
                .areStatic()
                .should()
                .haveRawType(assignableTo(AbstractCollection.class)
                        .or(assignableTo(AbstractMap.class))
                        .or(type(StringBuilder.class)))
                .check(CLASSES);
    }

    @Test
    void everyEngineFolderIsRegistered() {
        Set<String> folders = CLASSES.stream()
                .filter(c -> c.isAssignableTo(Engine.class) && !c.isInterface())
                .map(c -> c.getPackageName().substring("dev.holdfast.engines.".length()))
                .collect(Collectors.toSet());
        assertThat(Engines.register().engines())
                .extracting(engine -> engine.name())
                .containsExactlyInAnyOrderElementsOf(folders);
    }

    @Test
    void facetsAreNamedForTheirEngine() {
        classes()
                .that()
                .implement(Engine.class)
                .should()
                .haveSimpleNameEndingWith("Engine")
                .check(CLASSES);
    }

    @Test
    void onlyTheCommandLineWritesToTheTerminal() {
        for (String stream : List.of("out", "err")) {
            noClasses()
                    .that()
                    .resideOutsideOfPackages("..cli..", "..proof..")
                    .should()
                    .accessField(System.class, stream)
                    .check(CLASSES);
        }
    }

    @Test
    void theEnvironmentAndTheClockAreReadWhereTheProcessBegins() {
        noClasses()
                .that(areOursAtRunTime())
                .should()
                .callMethod(Instant.class, "now")
                .orShould()
                .callMethod(System.class, "getenv")
                .orShould()
                .callMethod(System.class, "getenv", String.class)
                .orShould()
                .callMethod(System.class, "currentTimeMillis")
                .check(CLASSES);
    }

    /** Observations may name {@code SQLException}: whether a server refused or was not there is what they have to tell. */
    @Test
    void onlySessionsSpeakSql() {
        noClasses()
                .that()
                .haveNameNotMatching("dev\\.holdfast\\.engines\\..*(Session|Connections|Wire|Observation)(\\$.*)?")
                .and()
                .resideOutsideOfPackage("..proof..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("java.sql..", "javax.sql..", "org.postgresql..")
                .check(CLASSES);
    }

    @Test
    void theCommandLineLoadsNoLoggingLibrary() {
        noClasses()
                .that()
                .resideInAPackage("..cli..")
                .or()
                .resideInAPackage("dev.holdfast.daemon.api..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("org.slf4j..", "ch.qos.logback..")
                .check(CLASSES);
    }

    private static DescribedPredicate<JavaClass> areOursAtRunTime() {
        return DescribedPredicate.describe(
                "are not where a process begins",
                type -> !type.getSimpleName().endsWith("Main")
                        && !type.getPackageName().startsWith("dev.holdfast.proof"));
    }
}
