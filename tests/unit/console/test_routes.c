/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The table of calls, and that the description describes them: no more, no less. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <ctype.h>
#include <stdio.h>

#include "cases/work.h"
#include "console/routes.h"

#define ITEM_MAX 64

static json_t *description(void)
{
    json_t *whole = json_load_file("src/console/openapi.json", JSON_REJECT_DUPLICATES, NULL);

    assert_non_null(whole);
    return whole;
}

/* What a {"$ref":"#/a/b"} stands for, or the value itself. */
static const json_t *resolved(const json_t *whole, const json_t *value)
{
    const char *ref = json_string_value(json_object_get(value, "$ref"));
    char path[200], *at = path, *word;

    if (ref == NULL) {
        return value;
    }
    (void)snprintf(path, sizeof(path), "%s", ref + 2);
    value = whole;
    while ((word = strsep(&at, "/")) != NULL) {
        value = json_object_get(value, word);
    }
    assert_non_null(value);
    return value;
}

static const json_t *operation_of(const json_t *whole, const struct xz_route *route)
{
    char method[8] = "";

    for (size_t i = 0; route->method[i] != '\0'; i++) {
        method[i] = (char)tolower((unsigned char)route->method[i]);
    }
    return json_object_get(json_object_get(json_object_get(whole, "paths"), route->path), method);
}

/* "read", "work|approve", "approve+unmask", "public": what the table says. */
static void permission_text(const struct xz_route *route, char text[static 128])
{
    static const char *const names[XZ_PERMISSIONS] = {"read",       "stream",      "work",
                                                      "approve",    "read_record", "unmask",
                                                      "read_audit", "export",      "administer"};
    const char *join = route->kind == XZ_ROUTE_ALL_OF ? "+" : "|";
    size_t len = 0;

    text[0] = '\0';
    if (route->kind == XZ_ROUTE_PUBLIC || route->kind == XZ_ROUTE_ANYONE) {
        (void)snprintf(text, 128, "%s", route->kind == XZ_ROUTE_PUBLIC ? "public" : "anyone");
        return;
    }
    for (int i = 0; i < XZ_PERMISSIONS; i++) {
        if ((route->permissions & 1u << i) != 0) {
            len += (size_t)snprintf(text + len, 128 - len, "%s%s", len > 0 ? join : "", names[i]);
        }
    }
}

static bool takes(const struct xz_route *route, const char *name)
{
    const char *at = strstr(route->takes, name);
    const size_t len = strlen(name);

    while (at != NULL && ((at != route->takes && at[-1] != ',') || (at[len] != ',' && at[len]))) {
        at = strstr(at + 1, name);
    }
    return at != NULL;
}

static size_t taken(const struct xz_route *route)
{
    size_t count = route->takes[0] != '\0';

    for (const char *c = route->takes; *c != '\0'; c++) {
        count += *c == ',';
    }
    return count;
}

/* The members of the body, or the parameters of the query: as many, and each of them. */
static void check_taken(const json_t *whole, const json_t *operation, const struct xz_route *route)
{
    const json_t *content =
        json_object_get(resolved(whole, json_object_get(operation, "requestBody")), "content");
    const json_t *json = json_object_get(content, "application/json"), *parameter;
    size_t i, count = 0;

    json_array_foreach(json_object_get(operation, "parameters"), i, parameter)
    {
        const json_t *found = resolved(whole, parameter);
        const char *name = json_string_value(json_object_get(found, "name"));

        if (strcmp(json_string_value(json_object_get(found, "in")), "query") == 0) {
            if (!takes(route, name)) {
                fail_msg("%s %s: takes no %s", route->method, route->path, name);
            }
            count++;
        }
    }
    if (json != NULL) {
        const json_t *schema = resolved(whole, json_object_get(json, "schema"));
        const char *name;
        json_t *member;

        assert_int_equal(count, 0);
        json_object_foreach(json_object_get(schema, "properties"), name, member)
        {
            if (!takes(route, name)) {
                fail_msg("%s %s: takes no %s", route->method, route->path, name);
            }
            count++;
        }
        assert_true(json_is_false(json_object_get(schema, "additionalProperties")));
    }
    if (count != taken(route)) {
        fail_msg("%s %s: %zu described, taken are %s", route->method, route->path, count,
                 route->takes);
    }
    assert_int_equal(json != NULL, route->sends == XZ_SENDS_JSON || route->sends == XZ_SENDS_ONCE);
    assert_int_equal(json_object_get(content, "application/octet-stream") != NULL,
                     route->sends == XZ_SENDS_FILE);
}

static bool names_key(const json_t *whole, const json_t *operation)
{
    const json_t *parameter;
    size_t i;

    json_array_foreach(json_object_get(operation, "parameters"), i, parameter)
    {
        if (strcmp(json_string_value(json_object_get(resolved(whole, parameter), "name")),
                   "Idempotency-Key") == 0) {
            return true;
        }
    }
    return false;
}

static void test_description_tells_every_route(void **state)
{
    json_t *whole = description();
    char permission[128];

    (void)state;
    for (size_t i = 0; i < xz_route_count; i++) {
        const struct xz_route *route = &xz_routes[i];
        const json_t *operation = operation_of(whole, route);

        if (operation == NULL) {
            fail_msg("not described: %s %s", route->method, route->path);
        }
        permission_text(route, permission);
        assert_string_equal(json_string_value(json_object_get(operation, "x-permission")),
                            permission);
        check_taken(whole, operation, route);
        assert_int_equal(names_key(whole, operation), strcmp(route->method, "GET") != 0 &&
                                                          route->kind != XZ_ROUTE_PUBLIC &&
                                                          route->sends != XZ_SENDS_ONCE);
    }
    json_decref(whole);
}

static void test_description_tells_nothing_else(void **state)
{
    json_t *whole = description(), *methods, *operation;
    const char *path, *method;
    size_t count = 0;

    (void)state;
    json_object_foreach(json_object_get(whole, "paths"), path, methods)
    {
        json_object_foreach(methods, method, operation) { count++; }
    }
    assert_int_equal(count, xz_route_count); /* each route is one of them */
    json_decref(whole);
}

static const struct xz_route *found(const char *method, const char *path, const char **other)
{
    struct xz_str params[XZ_PATH_PARAMS_MAX];

    return xz_route_find(method, path, params, other);
}

static void test_routes_are_found_by_method_and_path(void **state)
{
    struct xz_str params[XZ_PATH_PARAMS_MAX];
    char item[ITEM_MAX * 4];
    const char *other;
    const struct xz_route *route = xz_route_find("POST", "/api/v1/cases/17/close", params, &other);

    (void)state;
    assert_string_equal(route->path, "/api/v1/cases/{id}/{verb}");
    assert_true(xz_str_eq(params[0], XZ_STR("17")) && xz_str_eq(params[1], XZ_STR("close")));
    assert_string_equal(found("POST", "/api/v1/cases/next", &other)->path, "/api/v1/cases/next");
    assert_string_equal(found("POST", "/api/v1/cases/1/notes", &other)->path,
                        "/api/v1/cases/{id}/notes");
    assert_ptr_equal(found("HEAD", "/api/v1/about", &other), found("GET", "/api/v1/about", &other));
    assert_null(found("PUT", "/api/v1/about", &other));
    assert_string_equal(other, "GET");
    for (size_t i = 0; i < 6; i++) {
        static const char *const nowhere[] = {
            "", "/", "/api/v1/", "/api/v1/cases/", "/api/v1/cases/1/2/3", "/api/v1/aboutx"};

        assert_null(found("GET", nowhere[i], &other));
        assert_null(other);
    }
    (void)snprintf(item, sizeof(item), "/api/v1/alerts/%0*d", 128, 0);
    assert_non_null(found("GET", item, &other));
    (void)snprintf(item, sizeof(item), "/api/v1/alerts/%0*d", 129, 0);
    assert_null(found("GET", item, &other));
}

static void test_every_route_lets_those_it_names(void **state)
{
    (void)state;
    for (size_t i = 0; i < xz_route_count; i++) {
        const struct xz_route *route = &xz_routes[i];
        bool anybody = false;

        for (unsigned role = 0; role < XZ_ACCESS_ROLES; role++) {
            const struct xz_actor one = {.roles = 1u << role};

            anybody = anybody || xz_route_lets(route, &one);
        }
        if (route->kind == XZ_ROUTE_ANY_OF || route->kind == XZ_ROUTE_ALL_OF) {
            const struct xz_actor nobody = {.roles = 0};

            assert_false(xz_route_lets(route, &nobody));
        }
        assert_true(anybody);
        assert_true(xz_route_body_max(route) <= XZ_FILE_BYTES_MAX);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_description_tells_every_route),
        cmocka_unit_test(test_description_tells_nothing_else),
        cmocka_unit_test(test_routes_are_found_by_method_and_path),
        cmocka_unit_test(test_every_route_lets_those_it_names),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
