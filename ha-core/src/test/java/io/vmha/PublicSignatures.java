package io.vmha;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaCodeUnit;
import com.tngtech.archunit.core.domain.JavaField;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.domain.JavaType;
import com.tngtech.archunit.core.domain.properties.HasModifiers;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * What no user is to see: in what is public or protected of a published type, inherited or its own, there is no type of Guava and no
 * generated class. Included in the architecture test of each module.
 */
public final class PublicSignatures {
    private PublicSignatures() {}

    /** A user's code does not depend on the version of Guava that the library uses inside. */
    @ArchTest
    static final ArchRule SHOW_NO_GUAVA = classes()
            .that(arePublished())
            .should(mentionNone("type of Guava", type -> type.getName().startsWith("com.google.common.")));

    /** What is generated can be generated otherwise, and is not written against. */
    @ArchTest
    static final ArchRule SHOW_NO_GENERATED_CLASS =
            classes().that(arePublished()).should(mentionNone("generated class", PublicSignatures::isGenerated));

    private static boolean isGenerated(JavaClass type) {
        return type.getPackageName().startsWith("io.vmha")
                && withEnclosing(type).anyMatch(one -> one.getSimpleName().startsWith("Immutable"));
    }

    private static Stream<JavaClass> withEnclosing(JavaClass type) {
        return Stream.iterate(
                        Optional.of(type),
                        one -> one.isPresent(),
                        one -> one.get().getEnclosingClass())
                .map(Optional::get);
    }

    private static DescribedPredicate<JavaClass> arePublished() {
        return DescribedPredicate.describe(
                "are published",
                type -> !(type.getPackageName() + ".").contains(".internal.")
                        && withEnclosing(type).allMatch(PublicSignatures::isSeen));
    }

    private static boolean isSeen(HasModifiers one) {
        return one.getModifiers().contains(JavaModifier.PUBLIC)
                || one.getModifiers().contains(JavaModifier.PROTECTED);
    }

    private static ArchCondition<JavaClass> mentionNone(String what, Predicate<JavaClass> isHidden) {
        return new ArchCondition<>("mention no " + what + " in what is public or protected") {
            @Override
            public void check(JavaClass type, ConditionEvents events) {
                for (JavaCodeUnit unit : type.getAllMembers().stream()
                        .filter(member -> member instanceof JavaCodeUnit && isSeen(member))
                        .map(JavaCodeUnit.class::cast)
                        .toList()) {
                    // What a subclass has to repeat for the sake of its erased supertype is of no interest to its user.
                    if (!unit.getModifiers().contains(JavaModifier.SYNTHETIC)) {
                        report(type, unit.getFullName(), mentioned(unit), events);
                    }
                }
                for (JavaField field : type.getAllFields()) {
                    if (isSeen(field)) {
                        report(type, field.getFullName(), List.of(field.getType()), events);
                    }
                }
            }

            private void report(JavaClass type, String member, List<JavaType> mentioned, ConditionEvents events) {
                mentioned.stream()
                        .flatMap(one -> one.getAllInvolvedRawTypes().stream())
                        .filter(isHidden)
                        .distinct()
                        .forEach(hidden -> events.add(SimpleConditionEvent.violated(
                                type, type.getName() + ": " + member + " mentions " + hidden.getName())));
            }
        };
    }

    private static List<JavaType> mentioned(JavaCodeUnit unit) {
        return Stream.concat(Stream.of(unit.getReturnType()), unit.getParameterTypes().stream())
                .toList();
    }
}
