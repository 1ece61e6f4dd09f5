//! Lines that grow, drawn on two logarithmic axes.

use plotters::prelude::{
    ChartBuilder, Color, IntoDrawingArea, IntoFont, IntoLogRange, LineSeries, PathElement,
    RGBColor, SVGBackend, SeriesLabelPosition, TextStyle,
};

use crate::{Outcome, model::Plot, report::number};

const SIZE: (u32, u32) = (760, 420);

/// These and what is written are seen on white as on black.
const COLORS: [RGBColor; 4] = [
    RGBColor(214, 96, 20),
    RGBColor(40, 130, 210),
    RGBColor(30, 150, 90),
    RGBColor(170, 90, 200),
];
const INK: RGBColor = RGBColor(128, 128, 128);

/// The picture, as SVG.
pub(crate) fn draw(plot: &Plot) -> Outcome<String> {
    let points = || plot.lines.iter().flat_map(|line| &line.points);
    let (left, right) = ends(points().map(|it| it.0)).ok_or("a plot without points")?;
    let (low, high) = ends(points().map(|it| it.1)).ok_or("a plot without points")?;
    let mut svg = String::new();
    {
        let area = SVGBackend::with_string(&mut svg, SIZE).into_drawing_area();
        let text = |size: i32| -> TextStyle<'_> { ("sans-serif", size).into_font().color(&INK) };
        let mut chart = ChartBuilder::on(&area)
            .caption(&plot.title, text(17))
            .margin(12)
            .x_label_area_size(42)
            .y_label_area_size(78)
            .build_cartesian_2d((left..right).log_scale(), (low..high).log_scale())?;
        chart
            .configure_mesh()
            .x_desc(&plot.x)
            .y_desc(&plot.y)
            .label_style(text(13))
            .axis_desc_style(text(14))
            .axis_style(INK)
            .bold_line_style(INK.mix(0.3))
            .light_line_style(INK.mix(0.08))
            .x_label_formatter(&|it| number::short(*it))
            .y_label_formatter(&|it| number::short(*it))
            .draw()?;
        for (line, color) in plot.lines.iter().zip(COLORS.into_iter().cycle()) {
            chart
                .draw_series(
                    LineSeries::new(line.points.iter().copied(), color.stroke_width(2))
                        .point_size(3),
                )?
                .label(&line.name)
                .legend(move |(x, y)| {
                    PathElement::new([(x, y), (x + 18, y)], color.stroke_width(2))
                });
        }
        chart
            .configure_series_labels()
            .position(SeriesLabelPosition::UpperLeft)
            .label_font(text(14))
            .draw()?;
        area.present()?;
    }
    Ok(svg)
}

/// From where to where, with some room.
fn ends(values: impl Iterator<Item = f64>) -> Option<(f64, f64)> {
    let (low, high) = values.fold((f64::INFINITY, 0.0_f64), |(low, high), value| {
        (low.min(value), high.max(value))
    });
    (low > 0.0 && low <= high).then_some((low / 1.3, high * 1.3))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::draw;
    use crate::model::{Line, Plot};

    fn plot(points: Vec<(f64, f64)>) -> Plot {
        Plot {
            file: "it".to_owned(),
            title: "Calls".to_owned(),
            x: "at once".to_owned(),
            y: "a second".to_owned(),
            lines: vec![Line {
                name: "ours & theirs".to_owned(),
                points,
            }],
        }
    }

    #[test]
    fn draws_what_it_is_given() {
        let svg = draw(&plot(vec![(1.0, 20.0), (1000.0, 40_000.0)])).unwrap();
        for text in [
            "<svg",
            "</svg>",
            "Calls",
            "at once",
            "a second",
            "ours &amp; theirs",
        ] {
            assert!(svg.contains(text), "{text} in {svg}");
        }
        assert!(svg.len() < 30_000);
    }

    #[test]
    fn refuses_what_has_no_place() {
        assert!(draw(&plot(Vec::new())).is_err());
        // There is no logarithm of nothing.
        assert!(draw(&plot(vec![(0.0, 1.0)])).is_err());
    }
}
